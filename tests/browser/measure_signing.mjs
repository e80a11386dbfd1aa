// What a page loads, and how long the blinding takes, with WebAssembly and without: `node measure_signing.mjs`, after `cargo xtask client`.
// A report for specs/benchmarks.md, not a test.

import { launch } from "./harness/browser.mjs";
import { PETITIONS, startDemo } from "./harness/demo.mjs";
import { refuseWasm } from "./harness/policy.mjs";
import * as person from "./harness/signing.mjs";
import { weigh } from "./harness/weight.mjs";

/** Browsers as they are set: what is on, and how often each signing is timed. Chromium has no switch for WebAssembly alone. */
const SETTINGS = [
  { what: "WebAssembly on", flags: [], file: "undersign_client.js", rounds: 9 },
  { what: "WebAssembly refused by a policy", flags: [], refuses: true, file: "undersign_client_fallback.js", rounds: 9 },
  // As in the strictest settings, which interpret JavaScript.
  { what: "WebAssembly and every compiler off", flags: ["--js-flags=--jitless"], file: "undersign_client_fallback.js", rounds: 5 },
];
const [SLUG] = PETITIONS;

const demo = await startDemo();
for (const setting of SETTINGS) {
  const browser = await launch(setting);
  console.log(`${setting.what}:`);
  await loads(browser, setting);
  for (const only of [true, false]) await signs(browser, setting, only);
  await browser.close();
}
await demo.stop();

/** Bytes on the wire, with their headers: for reading, what comes with "Sign", and what is then checked. */
async function loads(browser, setting) {
  const context = await profile(browser, setting);
  const page = await context.newPage();
  const loaded = await weigh(page);
  await page.goto(demo.page(SLUG), { waitUntil: "networkidle" });
  const read = loaded.page;
  await person.begin(page);
  console.log(`  to read: ${read} bytes; to sign as well: ${loaded.page} bytes, and ${loaded.documents} of documents that are checked`);
  await context.close();
}

async function profile(browser, { refuses = false }) {
  const context = await browser.profile();
  if (refuses) await refuseWasm(context, demo.page(SLUG));
  return context;
}

/**
 * Times the two calls in which the client blinds and unblinds, and how long a person waits for the first, with all that is fetched and
 * checked before it. Blinding draws for one petition, or for the three of the run.
 */
async function signs(browser, setting, only) {
  const { file, rounds } = setting;
  const times = [];
  for (let round = 0; round < rounds; round += 1) {
    const context = await profile(browser, setting);
    const page = await person.open(context, demo.page(SLUG));
    await page.evaluate(watchTheClient, file);
    const address = demo.newAddress();
    await person.begin(page, { only });
    await person.enterAddress(page, address);
    await person.enterCode(page, (await demo.mailbox.first(address)).code);
    await person.seePanel(page, "done");
    times.push(await page.evaluate(() => window.times));
    await context.close();
  }
  const median = (values) => values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)].toFixed(1);
  const [blind, finalize] = ["prepare", "tokenAnswered"].map((name) => times.map((one) => one[name]));
  const both = times.map((one) => one.prepare + one.tokenAnswered);
  console.log(`  ${only ? "one petition" : `a run of ${PETITIONS.length}`}: blind ${median(blind)} ms, finalize ${median(finalize)} ms, \
together ${median(both)} ms; from "Sign" to the question for the address ${median(times.map((one) => one.asked))} ms (median of ${rounds})`);
}

/** In the page: the module is the one that the page's own scripts use. Of a call that is made again and again, the longest counts. */
async function watchTheClient(file) {
  const base = document.querySelector('script[type="module"]').src.replace(/sign\/main\.js$/, "");
  const { CheckedPetition, Journey } = await import(`${base}client/${file}`);
  window.times = {};
  const panel = document.querySelector('[data-panel="address"]');
  document.querySelector("#begin-button").addEventListener("click", () => {
    const started = performance.now();
    new MutationObserver(() => (window.times.asked ??= performance.now() - started)).observe(panel, { attributeFilter: ["hidden"] });
  }, { capture: true });
  for (const [kind, name] of [[CheckedPetition, "prepare"], [Journey, "tokenAnswered"]]) {
    const call = kind.prototype[name];
    kind.prototype[name] = function (...words) {
      const started = performance.now();
      try {
        return call.apply(this, words);
      } finally {
        window.times[name] = Math.max(window.times[name] ?? 0, performance.now() - started);
      }
    };
  }
}
