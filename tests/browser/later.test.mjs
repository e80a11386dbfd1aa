// What a person may put off: handing in the signature, and signing the other petitions of the run. Nothing of it is done without them.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, test } from "node:test";

import { launch } from "./harness/browser.mjs";
import { PETITIONS, startDemo } from "./harness/demo.mjs";
import { publish } from "./harness/organiser.mjs";
import * as person from "./harness/signing.mjs";
import { NOTHING, everythingStored } from "./harness/stored.mjs";

const [SLUG, OTHER, LAST] = PETITIONS;
const DAY = 86_400_000;

const [demo, browser] = await Promise.all([startDemo(), launch()]);
after(() => Promise.all([demo.stop(), browser.close()]));

/** The paths of what is handed in, in the order in which it was. */
function handedIn(context) {
  const paths = [];
  context.on("request", (request) => request.url().endsWith("/signatures") && paths.push(new URL(request.url()).pathname));
  return paths;
}

/** Signs up to the waiting page, on a page whose clock the test moves, and chooses to finish later. */
async function chooseLater(context, slug) {
  const page = await context.newPage();
  await page.clock.install();
  await page.goto(demo.page(slug));
  const address = demo.newAddress();
  await person.begin(page, { only: true });
  await person.enterAddress(page, address);
  await page.locator("#later").check();
  return { page, mail: await demo.mailbox.first(address) };
}

/** When the page says that it hands in, in milliseconds. */
async function saidTime(page) {
  return Date.parse(await page.locator("[data-redeem-at]").getAttribute("datetime"));
}

test("who finishes later is told when; a reload keeps the choice, nothing goes out before, and then it is counted", async () => {
  await publish(demo, "later", { maxWait: 86_400 });
  const context = await browser.profile();
  const paths = handedIn(context);
  const { page, mail } = await chooseLater(context, "later");
  await page.reload();
  await person.seePanel(page, "waiting");
  assert.equal(await page.locator("#later").isChecked(), true);
  await person.enterCode(page, mail.code);
  await person.seePanel(page, "holding");
  const at = await saidTime(page);
  assert.ok(at > Date.now() && at <= Date.now() + DAY, String(at));
  await page.close();

  const again = await context.newPage();
  await again.clock.install();
  await again.goto(demo.page("later"));
  await person.seePanel(again, "holding");
  assert.equal(await saidTime(again), at);
  assert.deepEqual(paths, []);
  await again.clock.fastForward(at - Date.now() + 1_000);
  await person.seePanel(again, "done");
  assert.equal(paths.length, 1);
  assert.equal((await demo.tallyOf("later", 1)).total, 1);
  assert.deepEqual(await everythingStored(again), NOTHING);
  await context.close();
});

test("two people who finish later are told two times", async () => {
  await publish(demo, "two-times", { maxWait: 86_400 });
  const times = [];
  for (const context of [await browser.profile(), await browser.profile()]) {
    const { page, mail } = await chooseLater(context, "two-times");
    await person.enterCode(page, mail.code);
    await person.seePanel(page, "holding");
    times.push(await saidTime(page));
    await context.close();
  }
  assert.notEqual(times[0], times[1]);
});

test("who has chosen to finish later finishes now after all, or takes along a reminder that tells nothing", async () => {
  await publish(demo, "after-all", { maxWait: 86_400 });
  const context = await browser.profile();
  const { page, mail } = await chooseLater(context, "after-all");
  await person.enterCode(page, mail.code);
  await person.seePanel(page, "holding");
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator("#reminder").click()]);
  const text = await readFile(await download.path(), "utf8");
  const at = new Date(await saidTime(page)).toISOString().replaceAll(/[-:]|\.\d+/g, "");
  assert.match(text, /^BEGIN:VCALENDAR\r\n[^]*\r\nSUMMARY:Reminder\r\n[^]*\r\nEND:VCALENDAR\r\n$/);
  assert.ok(text.includes(`\r\nDTSTART:${at}\r\n`), text);
  for (const telling of ["after-all", "127.0.0.1", "undersign", "petition", "http", "sign"]) {
    assert.ok(!text.toLowerCase().includes(telling), telling);
  }
  assert.equal(download.suggestedFilename(), "reminder.ics");

  await page.locator("#finish-now").click();
  await person.seePanel(page, "done");
  assert.equal((await demo.tallyOf("after-all", 1)).total, 1);
  await context.close();
});

test("where the rule makes everybody wait there is no such choice, and no way round it", async () => {
  await publish(demo, "all-wait", { redemption: 'rule = "next_epoch"\nepoch = 86400' });
  const page = await person.open(await browser.profile(), demo.page("all-wait"));
  await person.seePanel(page, "begin");
  assert.equal(await page.locator("#later, #finish-now").count(), 0);
  await page.context().close();
});

test("signatures for the others are kept on this device on request alone, and handed in on request alone", async () => {
  const context = await browser.profile();
  const page = await person.sign(context, demo, SLUG);
  assert.deepEqual(await everythingStored(page), NOTHING, "the control: without the request nothing is kept");
  const paths = handedIn(context);
  await page.locator("#keep-choice summary").click();
  await page.locator("#keep-others").click();
  await person.seeMessage(page, "others-kept");
  await page.close();

  const before = await demo.tally(OTHER);
  const other = await person.open(context, demo.page(OTHER));
  await person.seePanel(other, "kept");
  await demo.settle();
  assert.deepEqual(paths, [], "who opens the page to read has not signed");
  await other.reload();
  await person.seePanel(other, "kept");
  await other.locator("#sign-kept").click();
  await person.seeCounted(other);
  assert.equal(paths.length, 1);
  assert.equal((await demo.tally(OTHER)).total, before.total + 1);

  const last = await person.open(context, demo.page(LAST));
  await person.seePanel(last, "kept");
  await last.locator('[data-panel="kept"] summary').click();
  await last.locator('[data-panel="kept"] [data-forget]').click();
  await person.seePanel(last, "begin");
  assert.equal(paths.length, 1);
  await context.close();
});
