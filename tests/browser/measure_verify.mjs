// How long the verify page takes for a large log: `node measure_verify.mjs DIR`, where DIR is what `cargo xtask generate-log` has written
// with `--signatures N --out DIR`. A report for specs/benchmarks.md, not a test.

import { once } from "node:events";
import { readFile, readdir } from "node:fs/promises";
import http from "node:http";
import { join, normalize } from "node:path";

import { launch } from "./harness/browser.mjs";
import { PETITIONS, startDemo } from "./harness/demo.mjs";
import * as person from "./harness/signing.mjs";

const directory = process.argv[2];
const names = await readdir(join(directory, "v1/petitions"));
const id = names.find((name) => /^[\w-]{43}$/.test(name));
const demo = await startDemo();

// The demo's pages over the generated log.
const server = http.createServer(async (request, response) => {
  const path = normalize(new URL(request.url, demo.url).pathname);
  if (path.startsWith(`/v1/petitions/${id}/`)) {
    return void response.end(await readFile(join(directory, path)).catch(() => void response.writeHead(404)));
  }
  const onwards = http.request(`${demo.url}${path}`, { headers: request.headers }, (answer) => {
    response.writeHead(answer.statusCode, answer.rawHeaders);
    answer.pipe(response);
  });
  onwards.end();
});
server.listen(0, "127.0.0.1");
await once(server, "listening");

const browser = await launch();
for (const way of ["WebCrypto", "wasm"]) {
  const context = await browser.profile();
  if (way === "wasm") await context.route("**/verify/worker.js", without);
  const page = await person.open(context, `http://127.0.0.1:${server.address().port}/en/p/${PETITIONS[0]}/verify#${id}`);
  await person.seePanel(page, "begin");
  const started = performance.now();
  await page.locator("#recount").click();
  await page.locator('[data-panel="confirmed"], [data-panel="failed"]').and(page.locator(":visible")).waitFor({ timeout: 3_600_000 });
  const seconds = (performance.now() - started) / 1000;
  const signatures = await page.locator('[data-found="signatures"]').textContent();
  const total = await page.locator('[data-found="total"]').textContent();
  console.log(`${way}: ${signatures} signatures, total ${total}, ${seconds.toFixed(1)} s from the button to the verdict`);
  await context.close();
}
server.close();
await Promise.all([browser.close(), demo.stop()]);

/** The worker where there is no WebCrypto. */
async function without(route) {
  const response = await route.fetch();
  await route.fulfill({ response, body: `Object.defineProperty(crypto, "subtle", { value: undefined });\n${await response.text()}` });
}
