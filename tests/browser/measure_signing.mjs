// What a page loads, and how long the blinding takes: `node measure_signing.mjs`, after `cargo xtask client`. A report for
// specs/benchmarks.md, not a test.

import { launch } from "./harness/browser.mjs";
import { PETITIONS, startDemo } from "./harness/demo.mjs";
import * as person from "./harness/signing.mjs";
import { weigh } from "./harness/weight.mjs";

const ROUNDS = 9;
const [SLUG] = PETITIONS;

const [demo, browser] = await Promise.all([startDemo(), launch()]);
await loads();
for (const only of [true, false]) await signs(only);
await Promise.all([browser.close(), demo.stop()]);

/** Bytes on the wire, with their headers: for reading, what comes with "Sign", and what is then checked. */
async function loads() {
  const context = await browser.profile();
  const page = await context.newPage();
  const loaded = await weigh(page);
  await page.goto(demo.page(SLUG), { waitUntil: "networkidle" });
  const read = loaded.page;
  await person.begin(page);
  console.log(`to read: ${read} bytes; to sign as well: ${loaded.page} bytes, and ${loaded.documents} of documents that are checked`);
  await context.close();
}

/** Times the two calls in which the client blinds and unblinds. Blinding draws for one petition, or for the three of the run. */
async function signs(only) {
  const times = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const context = await browser.profile();
    const page = await person.open(context, demo.page(SLUG));
    await page.evaluate(watchTheClient);
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
  console.log(`${only ? "one petition" : `a run of ${PETITIONS.length}`}: blind ${median(blind)} ms, finalize ${median(finalize)} ms, \
together ${median(both)} ms (median of ${ROUNDS})`);
}

/** In the page: the module is the one that the page's own scripts use. Of a call that is made again and again, the longest counts. */
async function watchTheClient() {
  const base = document.querySelector('script[type="module"]').src.replace(/sign\/main\.js$/, "");
  const { CheckedPetition, Journey } = await import(`${base}client/undersign_client.js`);
  window.times = {};
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
