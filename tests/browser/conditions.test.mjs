// Signing where things are not as they should be: a bad network, a clock that is wrong.

import assert from "node:assert/strict";
import { after, test } from "node:test";

import { launch } from "./harness/browser.mjs";
import { PETITIONS, startDemo } from "./harness/demo.mjs";
import * as person from "./harness/signing.mjs";

const [demo, browser] = await Promise.all([startDemo(), launch()]);
after(() => Promise.all([demo.stop(), browser.close()]));

/** What is called slow 3G: bytes a second, milliseconds. */
const SLOW = { offline: false, downloadThroughput: 50_000, uploadThroughput: 50_000, latency: 2_000 };
const DAY = 86_400_000;

/** Signs a petition by the code, as far as the code. */
async function signs(page, slug) {
  const address = demo.newAddress();
  await page.goto(demo.page(slug));
  await person.begin(page);
  await person.enterAddress(page, address);
  await person.enterCode(page, (await demo.mailbox.first(address)).code);
}

test("on a slow network the text can be read before the scripts are there, and a petition is signed", async () => {
  const context = await browser.profile();
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send("Network.enable");
  await devtools.send("Network.emulateNetworkConditions", SLOW);
  await page.goto(demo.page(PETITIONS[0]), { waitUntil: "commit" });
  await page.locator("h1").waitFor();
  const loaded = await page.evaluate(() => performance.getEntriesByType("resource").filter((one) => one.name.endsWith(".wasm")).length);
  assert.equal(loaded, 0, "the text needs none of it");
  const { total } = await demo.tally(PETITIONS[0]);
  await signs(page, PETITIONS[0]);
  await person.seeCounted(page);
  assert.equal((await demo.tally(PETITIONS[0])).total, total + 1);
  await context.close();
});

test("with a clock that is two days slow the page says so, and goes on once it is right; one signature is counted", async () => {
  const context = await browser.profile();
  await context.clock.install({ time: Date.now() - 2 * DAY });
  const page = await context.newPage();
  const { total } = await demo.tally(PETITIONS[2]);
  await signs(page, PETITIONS[2]);
  await person.seePanel(page, "stopped");
  await person.seeMessage(page, "promise");
  await context.clock.setSystemTime(Date.now());
  await page.locator("#try-again").click();
  await person.seeCounted(page);
  assert.equal((await demo.tally(PETITIONS[2])).total, total + 1);
  await context.close();
});
