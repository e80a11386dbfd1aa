// An organiser looks at a folder before it is published, with an editor beside the browser.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, test } from "node:test";

import { launch, profileThatForbids } from "./harness/browser.mjs";
import { startPreview } from "./harness/preview.mjs";
import * as person from "./harness/signing.mjs";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const browser = await launch();
after(() => browser.close());

const TITLE = "Keep night bus 17";

/** A preview, and its page in a tab that notes what goes wrong in it. */
async function opened(t, context) {
  const preview = await startPreview();
  t.after(() => preview.stop());
  const page = await context.newPage();
  const wrong = [];
  page.on("pageerror", (error) => wrong.push(String(error)));
  page.on("console", (said) => said.type() === "error" && wrong.push(said.text()));
  page.on("request", (request) => request.url().startsWith(new URL(preview.page()).origin) || wrong.push(request.url()));
  await page.goto(preview.page());
  return { preview, page, wrong };
}

test("the page follows what is saved, says what is broken with file and line, and is whole again afterwards", async (t) => {
  const context = await browser.profile();
  const { preview, page, wrong } = await opened(t, context);
  assert.equal(await page.locator("h1").innerText(), TITLE);
  assert.ok((await page.locator(".draft").innerText()).includes("Signing is off."));

  await preview.replace("en/petition.md", `# ${TITLE}`, "# Keep both night buses");
  await page.locator("h1", { hasText: "Keep both night buses" }).waitFor();

  await preview.replace("petition.toml", "goals = [50, 200, 500, 1000]", "goals = [50, 20]");
  await page.locator(".draft .message", { hasText: "petition.toml:5" }).waitFor();
  assert.equal(await page.locator("h1").innerText(), "Keep both night buses");

  await preview.replace("petition.toml", "goals = [50, 20]", "goals = [50, 200]");
  await page.locator(".draft .message").waitFor({ state: "detached" });
  assert.deepEqual(wrong, []);
  await context.close();
});

test("without JavaScript the page follows what is saved, too", async (t) => {
  const profile = await profileThatForbids("javascript");
  t.after(() => profile.remove());
  const { preview, page } = await opened(t, profile.context);
  await preview.replace("en/petition.md", `# ${TITLE}`, "# Keep both night buses");
  await page.locator("h1", { hasText: "Keep both night buses" }).waitFor();
});

test("a script in the organiser's text does not run, and nothing that would sign is there", async (t) => {
  const context = await browser.profile();
  const { preview, page, wrong } = await opened(t, context);
  await preview.replace("en/petition.md", "## Who takes it", "<script>document.title = 'taken'</script><img src=x onerror=\"document.title = 'taken'\">\n\n## Who is it");
  await page.locator("h3", { hasText: "Who is it" }).waitFor();
  assert.equal(await page.title(), TITLE);
  await page.locator("#begin-button").click();
  assert.equal(await page.locator("#email").isVisible(), false);
  assert.deepEqual(wrong, []);
  await context.close();
});

test("what stands on top is accessible and fits the narrowest screen", async (t) => {
  const context = await browser.profile();
  const { preview, page } = await opened(t, context);
  await preview.replace("petition.toml", "min_batch = 20", "min_batch = 100");
  await preview.replace("en/petition.md", `# ${TITLE}`, TITLE);
  await page.locator(".draft .message").waitFor();
  await page.setViewportSize({ width: 320, height: 640 });
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320);
  const { violations } = await page.evaluate(`${axe}; axe.run({ resultTypes: ["violations"] })`);
  assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html)}`), []);
  await context.close();
});
