// Where JavaScript is on and WebAssembly is off, as in the stricter settings of Tor Browser and of iPhones: the same client, as
// JavaScript.

import assert from "node:assert/strict";
import { after, test } from "node:test";

import { launch } from "./harness/browser.mjs";
import { PETITIONS, startDemo } from "./harness/demo.mjs";
import { refuseWasm } from "./harness/policy.mjs";
import * as person from "./harness/signing.mjs";
import { NOTHING, everythingStored } from "./harness/stored.mjs";

// Nothing is compiled while a page runs: WebAssembly goes with that, and JavaScript is as slow as in those settings.
const [demo, strict, browser] = await Promise.all([startDemo(), launch({ flags: ["--js-flags=--jitless"] }), launch()]);
after(() => Promise.all([demo.stop(), strict.close(), browser.close()]));

const [SLUG] = PETITIONS;

/** The files of the client package that a profile fetches from now on. */
function fetched(context) {
  const files = new Set();
  context.on("request", (request) => {
    const [, file] = /\/client\/([^/]+)$/.exec(request.url()) ?? [];
    if (file) files.add(file);
  });
  return files;
}

test("a person signs by code for the whole run, is counted, and takes it back", async () => {
  const { total, withdrawals } = await demo.tally(SLUG);
  const context = await strict.profile();
  const files = fetched(context);
  const page = await person.sign(context, demo, SLUG);
  assert.equal(await page.evaluate(() => typeof WebAssembly), "undefined");
  await demo.tallyOf(SLUG, total + 1);
  const text = await person.showReceipt(page);
  const done = await person.withdraw(context, demo, SLUG, { text });
  await demo.withdrawnOf(SLUG, total, withdrawals + 1);
  assert.deepEqual(await everythingStored(done), NOTHING);
  assert.deepEqual([...files].sort(), ["undersign_client_fallback.js", "undersign_qr_fallback.js"]);
  await context.close();
});

test("a signing goes on after a reload in the middle of it", async () => {
  const { total } = await demo.tally(SLUG);
  const context = await strict.profile();
  const page = await person.open(context, demo.page(SLUG));
  const address = demo.newAddress();
  await person.begin(page, { only: true });
  await person.enterAddress(page, address);
  await page.reload();
  await person.seePanel(page, "waiting");
  await person.enterCode(page, (await demo.mailbox.first(address)).code);
  await person.seeCounted(page);
  await demo.tallyOf(SLUG, total + 1);
  await context.close();
});

test("the verify page recounts, and finds a changed signature", async () => {
  const context = await strict.profile();
  const files = fetched(context);
  await person.sign(context, demo, SLUG, { only: true });
  files.clear();
  const page = await person.open(context, `${demo.page(SLUG)}/verify`);
  await page.locator("#recount").click();
  await person.seePanel(page, "confirmed");
  const { total, signatures } = await demo.tally(SLUG);
  const found = (name) => page.locator(`[data-found="${name}"]`).textContent();
  assert.deepEqual([await found("total"), await found("signatures")], [String(total), String(signatures)]);
  await context.route("**/log/tile/entries/**", async (route) => {
    const response = await route.fetch();
    const body = await response.body();
    body[body.length - 1] ^= 1;
    await route.fulfill({ response, body });
  });
  await page.locator('[data-panel="confirmed"] [data-again]').click();
  await person.seePanel(page, "failed");
  assert.deepEqual([...files], ["undersign_audit_fallback.js"]);
  await context.close();
});

test("no page allows to evaluate text, and none has to", async () => {
  const context = await strict.profile();
  const page = await context.newPage();
  const answer = await page.goto(demo.page(SLUG));
  assert.doesNotMatch(answer.headers()["content-security-policy"], /'unsafe-eval'/);
  const refused = [];
  page.on("console", (message) => refused.push(message.text()));
  await person.begin(page, { only: true });
  assert.deepEqual(refused.filter((text) => /Content Security Policy/.test(text)), []);
  // In a timer of the page, where its policy holds for it.
  const evaluate = () => new Promise((resolve) => setTimeout(() => {
    try {
      resolve(Function("return 1")());
    } catch ({ name }) {
      resolve(name);
    }
  }));
  assert.equal(await page.evaluate(evaluate), "EvalError");
  await context.close();
});

test("where WebAssembly is there and a policy refuses it, the page signs all the same", async () => {
  const context = await browser.profile();
  await refuseWasm(context, demo.page(SLUG));
  const files = fetched(context);
  const page = await person.sign(context, demo, SLUG, { only: true });
  assert.equal(await page.evaluate(() => typeof WebAssembly), "object");
  assert.deepEqual([...files], ["undersign_client_fallback.js"]);
  await context.close();
});

test("where WebAssembly is on, nothing of this is fetched", async () => {
  const context = await browser.profile();
  const files = fetched(context);
  const page = await person.sign(context, demo, SLUG, { only: true });
  await person.withdraw(context, demo, SLUG, { text: await person.showReceipt(page) });
  assert.deepEqual([...files].filter((file) => /fallback/.test(file)), []);
  assert.ok(files.has("undersign_client_bg.wasm") && files.has("undersign_qr_bg.wasm"), "something was seen");
  await context.close();
});
