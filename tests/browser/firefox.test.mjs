// The main flow in Firefox ESR, on which Tor Browser is built: as it comes, and set as Tor Browser's "Safer" sets it.

import assert from "node:assert/strict";
import { after, test } from "node:test";

import { PETITIONS, startDemo } from "./harness/demo.mjs";
import { launchFirefox, signInFirefox } from "./harness/firefox.mjs";

const demo = await startDemo();
after(() => demo.stop());

const [SLUG] = PETITIONS;

/** No WebAssembly, and JavaScript is interpreted. */
const SAFER = {
  "javascript.options.wasm": false,
  "javascript.options.asmjs": false,
  "javascript.options.ion": false,
  "javascript.options.baselinejit": false,
  "javascript.options.native_regexp": false,
};

for (const [how, settings, wasm] of [["as it comes", {}, "object"], ["set as Tor Browser's Safer sets it", SAFER, "undefined"]]) {
  test(`in Firefox ESR ${how}, a person signs by code and is counted`, async (t) => {
    const firefox = await launchFirefox(settings);
    t.after(() => firefox.close());
    const { total } = await demo.tally(SLUG);
    const page = await signInFirefox(firefox, demo, SLUG);
    assert.equal(await page.evaluate(() => typeof WebAssembly), wasm);
    await demo.tallyOf(SLUG, total + 1);
  });
}
