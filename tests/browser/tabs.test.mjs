// Two tabs of one browser on the same petition. Whatever they do, one signature is counted, and neither is left without a word.

import assert from "node:assert/strict";
import { after, test } from "node:test";

import { launch } from "./harness/browser.mjs";
import { PETITIONS, startDemo } from "./harness/demo.mjs";
import * as person from "./harness/signing.mjs";
import { STEPS } from "./harness/steps.mjs";
import { NOTHING, everythingStored } from "./harness/stored.mjs";

const [demo, browser] = await Promise.all([startDemo(), launch()]);
after(() => Promise.all([demo.stop(), browser.close()]));

const [SLUG] = PETITIONS;

/** Runs what happens in a profile; afterwards exactly one signature more is counted, and nothing is kept. */
async function countsOne(happening) {
  const before = await demo.tally(SLUG);
  const context = await browser.profile();
  const pages = await happening(context);
  await bothEnd(pages);
  const tally = await demo.tallyOf(SLUG, before.total + 1);
  assert.deepEqual([tally.total, tally.issued], [before.total + 1, before.issued + 1]);
  assert.deepEqual(await everythingStored(pages[0]), NOTHING);
  await context.close();
}

/** One of the tabs says that it is done; the other too, or that this happened in another tab. */
async function bothEnd(pages) {
  const ends = [];
  for (const page of pages) {
    ends.push(await person.seePanel(page, "done", "stopped"));
    if (ends.at(-1) === "stopped") await person.seeMessage(page, "elsewhere");
  }
  assert.ok(ends.includes("done"), ends.join());
}

test("begun in both at the same time: both show the same signing", () =>
  countsOne(async (context) => {
    const pages = [await person.open(context, demo.page(SLUG)), await person.open(context, demo.page(SLUG))];
    await Promise.all(pages.map((page) => page.locator("#begin-button").click()));
    await Promise.all(pages.map((page) => person.seePanel(page, "address")));
    const address = demo.newAddress();
    await person.enterAddress(pages[0], address);
    await pages[1].reload();
    await person.seePanel(pages[1], "waiting");
    assert.equal(await person.checkNumber(pages[0]), await person.checkNumber(pages[1]));
    await person.enterCode(pages[1], (await demo.mailbox.first(address)).code);
    return pages;
  }));

test("begun: an address in each; whichever mail is confirmed first counts", () =>
  countsOne(async (context) => {
    const { page } = await STEPS.begun(context, demo, SLUG);
    const second = await person.open(context, demo.page(SLUG));
    await person.seePanel(second, "address");
    const addresses = [demo.newAddress(), demo.newAddress()];
    await person.enterAddress(page, addresses[0]);
    await person.enterAddress(second, addresses[1]);
    const mail = await demo.mailbox.first(addresses[0]);
    const elsewhere = await browser.profile();
    await person.openLink(elsewhere, mail.link, await person.checkNumber(second));
    return [page, second];
  }));

for (const step of ["address sent", "confirmed", "token held"]) {
  test(`${step}: both wait, both go on`, () =>
    countsOne(async (context) => {
      const { page, mail, mend } = await STEPS[step](context, demo, SLUG);
      const second = await person.open(context, demo.page(SLUG));
      await person.seePanel(second, "waiting", "handing-in");
      if (step === "address sent") {
        await person.openLink(await browser.profile(), mail.link, await person.checkNumber(second));
      }
      await mend();
      return [page, second];
    }));
}

test("done in one: the other offers to begin", async () => {
  const { total } = await demo.tally(SLUG);
  const context = await browser.profile();
  await STEPS.done(context, demo, SLUG);
  const second = await person.open(context, demo.page(SLUG));
  await person.seePanel(second, "begin");
  assert.equal((await demo.tally(SLUG)).total, total + 1);
  await context.close();
});

test("forgotten in one: the other does not sign", async () => {
  const context = await browser.profile();
  const { page, mail } = await STEPS["address sent"](context, demo, SLUG);
  const second = await person.open(context, demo.page(SLUG));
  await person.seePanel(second, "waiting");
  const check = await person.checkNumber(second);
  await page.locator('[data-panel="waiting"] summary').click();
  await page.locator("#forget").click();
  await person.seePanel(page, "begin");
  await person.seePanel(second, "stopped");
  await person.seeMessage(second, "elsewhere");
  assert.deepEqual(await everythingStored(second), NOTHING);
  await person.openLink(await browser.profile(), mail.link, check);
  const { total } = await demo.tally(SLUG);
  await person.sign(await browser.profile(), demo, SLUG);
  assert.equal((await demo.tally(SLUG)).total, total + 1);
  await context.close();
});

test("two petitions of one run are signed in two tabs at once, with two addresses", async () => {
  const slugs = PETITIONS.slice(0, 2);
  const before = await Promise.all(slugs.map((slug) => demo.tally(slug)));
  const context = await browser.profile();
  const reached = await Promise.all(slugs.map((slug) => STEPS["address sent"](context, demo, slug)));
  await Promise.all(reached.map(({ page, mail }) => person.enterCode(page, mail.code)));
  await Promise.all(reached.map(({ page }) => person.seeCounted(page)));
  for (const [index, slug] of slugs.entries()) assert.equal((await demo.tally(slug)).total, before[index].total + 1);
  assert.deepEqual(await everythingStored(reached[0].page), NOTHING);
  await context.close();
});
