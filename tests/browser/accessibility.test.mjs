// axe-core finds nothing to complain about, on any page, in any state of the signing, narrow and wide, light and dark, whatever
// the direction of writing; and nothing is cut off on the narrowest screen, which is also a wide one at 400 % zoom.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, test } from "node:test";

import { SCENES, stage } from "./harness/scenes.mjs";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const theStage = await stage();
after(theStage.strike);

const WIDTHS = [360, 1280];
const NARROWEST = 320;
/** Those that are not played in English. */
const LANGUAGES = { mail: "ru", reading: "fa", confirm: "fa", verifying: "fa", withdrawal: "fa" };

for (const [name, scene] of Object.entries(SCENES)) {
  test(`no violation, and nothing wider than the narrowest screen: ${name}`, async () => {
    const found = [];
    for await (const [state, shown] of scene({ ...theStage, language: LANGUAGES[name] ?? "en" })) {
      await shown.setViewportSize({ width: NARROWEST, height: 640 });
      const width = await widthOf(shown);
      if (width > NARROWEST) found.push(`${state}: ${width} pixels wide`);
      const page = state.endsWith("no-javascript") ? await withScripts(shown) : shown;
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 800 });
        for (const colorScheme of ["light", "dark"]) {
          await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
          // Only colours can depend on the scheme.
          for (const violation of await violations(page, colorScheme === "dark" ? ["color-contrast"] : undefined)) {
            found.push(`${state}, ${width}, ${colorScheme}: ${violation}`);
          }
        }
      }
    }
    assert.deepEqual(found, []);
  });
}

test("what is too wide is seen", async () => {
  const context = await theStage.browser.profile({ viewport: { width: NARROWEST, height: 640 } });
  const page = await context.newPage();
  await page.setContent('<main style="width: 30rem">wide</main>');
  assert.ok((await widthOf(page)) > NARROWEST);
  await context.close();
});

test("axe-core finds what is wrong where something is", async () => {
  const context = await theStage.browser.profile();
  const page = await context.newPage();
  await page.setContent('<main style="color: #999; background: #aaa">pale<input></main>');
  const found = (await violations(page)).map((violation) => violation.split(":")[0]);
  for (const rule of ["color-contrast", "label", "html-has-lang"]) assert.ok(found.includes(rule), found.join());
  await context.close();
});

/** Of all that can be scrolled to, asked for past the page: its scripts may be off. */
async function widthOf(page) {
  const devtools = await page.context().newCDPSession(page);
  const { cssContentSize } = await devtools.send("Page.getLayoutMetrics");
  await devtools.detach();
  return Math.round(cssContentSize.width);
}

/** Where scripts are off, axe-core cannot run either: the same document, as it stands there, in a page of which only its own are. */
async function withScripts(page) {
  const body = (await page.content()).replace(/<script.*?<\/script>/gs, "").replaceAll("noscript", "div");
  const twin = await (await theStage.browser.profile()).newPage();
  await twin.route(page.url(), (route) => route.fulfill({ contentType: "text/html; charset=utf-8", body }));
  await twin.goto(page.url());
  return twin;
}

/** Rule and place of each violation. Looked for from a world of its own: the page's clock may be one that a test moves. */
async function violations(page, rules) {
  const devtools = await page.context().newCDPSession(page);
  const { frameTree } = await devtools.send("Page.getFrameTree");
  const { executionContextId } = await devtools.send("Page.createIsolatedWorld", { frameId: frameTree.frame.id });
  const evaluate = async (expression) => {
    const answer = await devtools.send("Runtime.evaluate", {
      expression, contextId: executionContextId, awaitPromise: true, returnByValue: true,
    });
    if (answer.exceptionDetails) throw new Error(answer.exceptionDetails.exception?.description ?? "axe-core has failed");
    return answer.result.value;
  };
  await evaluate(`${axe}; undefined`);
  const options = { resultTypes: ["violations"], ...(rules && { runOnly: { type: "rule", values: rules } }) };
  const report = await evaluate(`axe.run(document, ${JSON.stringify(options)})`);
  await devtools.detach();
  return report.violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 120)}`));
}
