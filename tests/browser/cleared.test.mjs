// The browser forgets: because it was told to, because it keeps nothing at all, or because the person leaves for another one.

import assert from "node:assert/strict";
import { after, test } from "node:test";

import { clearStorage, launch } from "./harness/browser.mjs";
import { PETITIONS, startDemo } from "./harness/demo.mjs";
import * as person from "./harness/signing.mjs";
import { STEPS } from "./harness/steps.mjs";
import { NOTHING, everythingStored, keptSigning } from "./harness/stored.mjs";

const [demo, browser] = await Promise.all([startDemo(), launch()]);
after(() => Promise.all([demo.stop(), browser.close()]));

const [SLUG] = PETITIONS;

/** Signs on a page that offers to begin, with an address that has had mail before. */
async function signAgain(page, address) {
  const known = await demo.mailbox.to(address);
  await person.begin(page);
  await person.enterAddress(page, address);
  await person.enterCode(page, (await demo.mailbox.next(address, ...known)).code);
}

for (const step of ["begun", "address sent"]) {
  test(`${step}: the storage is cleared; nothing was used up, the same address signs`, async () => {
    const { total } = await demo.tally(SLUG);
    const context = await browser.profile();
    const { page, address } = await STEPS[step](context, demo, SLUG);
    await clearStorage(page);
    await page.reload();
    await signAgain(page, address);
    await person.seeCounted(page);
    assert.equal((await demo.tally(SLUG)).total, total + 1);
    await context.close();
  });
}

test("confirmed: the storage is cleared; the address is told plainly that it had its token, another one signs", async () => {
  const { total } = await demo.tally(SLUG);
  const context = await browser.profile();
  const { page, address, mend } = await STEPS.confirmed(context, demo, SLUG);
  await clearStorage(page);
  await page.reload();
  await mend();
  await signAgain(page, address);
  await person.seePanel(page, "stopped");
  await person.seeMessage(page, "already-issued");
  await page.locator("#begin-again").click();
  await signAgain(page, demo.newAddress());
  await person.seeCounted(page);
  assert.equal((await demo.tally(SLUG)).total, total + 1);
  await context.close();
});

for (const step of ["token held", "done"]) {
  test(`${step}: the storage is cleared; the signature was handed in and counts once`, async () => {
    const { total } = await demo.tally(SLUG);
    const context = await browser.profile();
    const { page, mend } = await STEPS[step](context, demo, SLUG);
    await clearStorage(page);
    await page.reload();
    await mend();
    await person.seePanel(page, "begin");
    assert.equal((await demo.tallyOf(SLUG, total + 1)).total, total + 1);
    await context.close();
  });
}

for (const step of ["begun", "address sent"]) {
  test(`${step}: the storage is cleared under an open page; it signs all the same, or says to begin again and has used nothing up`, async () => {
    const { total } = await demo.tally(SLUG);
    const context = await browser.profile();
    const { page, address, mail } = await STEPS[step](context, demo, SLUG);
    await clearStorage(page);
    if (step === "begun") {
      await page.locator("#email").fill(address);
      await page.locator("#send-mail").click();
      if ((await person.seePanel(page, "waiting", "stopped")) === "waiting") {
        await person.enterCode(page, (await demo.mailbox.first(address)).code);
      }
    } else {
      await person.enterCode(page, mail.code);
    }
    if ((await person.seePanel(page, "done", "stopped")) === "stopped") {
      await person.seeMessage(page, "elsewhere");
      await page.locator("#begin-again").click();
      await signAgain(page, address);
    }
    await person.seeCounted(page);
    assert.equal((await demo.tally(SLUG)).total, total + 1);
    await context.close();
  });
}

test("the first page is gone and the link is opened elsewhere: that page says to begin again, and nothing was used up", async () => {
  const { total } = await demo.tally(SLUG);
  const first = await browser.profile();
  const { page, address, mail } = await STEPS["address sent"](first, demo, SLUG);
  const check = await person.checkNumber(page);
  await first.close();

  const elsewhere = await browser.profile();
  const confirm = await person.openLink(elsewhere, mail.link, check);
  assert.match(await confirm.locator("main").innerText(), /begin again/i);
  const again = await person.open(elsewhere, demo.page(SLUG));
  await signAgain(again, address);
  await person.seeCounted(again);
  assert.equal((await demo.tally(SLUG)).total, total + 1);
  await elsewhere.close();
});

test("what is kept is older than fourteen days: it is wiped, and the page offers to begin", async () => {
  const context = await browser.profile();
  const { page } = await STEPS["address sent"](context, demo, SLUG);
  const { record } = await keptSigning(page);
  assert.equal(record.expires, Math.floor(Date.now() / 86_400_000) + 14);
  await page.close();
  const later = await context.newPage();
  await later.clock.setFixedTime(new Date((record.expires - 1) * 86_400_000 + 86_399_000));
  await later.goto(demo.page(SLUG));
  await person.seePanel(later, "waiting");
  await later.clock.setFixedTime(new Date(record.expires * 86_400_000));
  await later.goto(`${demo.url}/en/`);
  await later.waitForFunction(async () => (await indexedDB.databases()).length === 0);
  await later.goto(demo.page(SLUG));
  await person.seePanel(later, "begin");
  await context.close();
});

for (const [step, panel] of [["begun", "address"], ["address sent", "waiting"]]) {
  test(`${step}: "forget" leaves nothing, and says so`, async () => {
    const context = await browser.profile();
    const { page } = await STEPS[step](context, demo, SLUG);
    assert.notDeepEqual(await everythingStored(page), NOTHING);
    const place = page.locator(`[data-panel="${panel}"]`);
    if (panel === "waiting") await place.locator("summary").click();
    await place.locator("[data-forget]").click();
    await person.seePanel(page, "begin");
    await person.seeMessage(page, "forgotten");
    assert.deepEqual(await everythingStored(page), NOTHING);
    await context.close();
  });
}
