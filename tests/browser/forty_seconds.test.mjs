// From the opened page to "accepted" with a prepared mailbox, in forty seconds: what a person has to do is counted, and every step is
// needed. How long it takes is for a person with a watch; what takes it is counted here.

import assert from "node:assert/strict";
import { after, test } from "node:test";

import { launch } from "./harness/browser.mjs";
import { PETITIONS, startDemo } from "./harness/demo.mjs";
import * as person from "./harness/signing.mjs";

const [demo, browser] = await Promise.all([startDemo(), launch()]);
after(() => Promise.all([demo.stop(), browser.close()]));

const [SLUG] = PETITIONS;

/** On a phone: each touch, each text, and what the page then shows. */
const STEPS = [
  { name: "touch Sign", does: (page) => page.locator("#begin-button").tap(), leadsTo: "address" },
  { name: "touch the field", does: (page) => page.locator("#email").tap() },
  { name: "type the address", does: (page, { address }) => page.keyboard.type(address) },
  { name: "touch Send", does: (page) => page.locator("#send-mail").tap(), leadsTo: "waiting" },
  { name: "touch the field for the code", does: (page) => page.locator("#code").tap() },
  { name: "type the code", does: async (page, { address }) => page.keyboard.type((await demo.mailbox.first(address)).code), leadsTo: "done" },
];

/** Takes these steps. Gives back the page, who signs, and which panels were shown. */
async function walks(steps, context) {
  const page = await person.open(context, demo.page(SLUG));
  const panels = [await person.seePanel(page, "begin")];
  const signer = { address: demo.newAddress() };
  for (const { does, leadsTo } of steps) {
    await does(page, signer);
    if (leadsTo) panels.push(await person.seePanel(page, leadsTo));
  }
  return { page, signer, panels };
}

test("on a phone it takes four touches, an address and a code, on three panels; everything touched is on the screen and large enough", async () => {
  const context = await browser.profile({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
  const { total } = await demo.tally(SLUG);
  const { page, panels } = await walks(STEPS, context);
  assert.deepEqual(panels, ["begin", "address", "waiting", "done"]);
  assert.equal(STEPS.filter(({ name }) => name.startsWith("touch")).length, 4);
  await person.seeCounted(page);
  assert.equal((await demo.tally(SLUG)).total, total + 1);
  await context.close();
});

test("what has to be read on the way to it is less than a minute's, with what a signer need not open left aside", async () => {
  const context = await browser.profile({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
  const page = await person.open(context, demo.page(SLUG));
  const words = async () => (await page.locator("#sign").innerText()).split(/\s+/).length;
  await person.seePanel(page, "begin");
  const read = { begin: await words() };
  await STEPS[0].does(page);
  await person.seePanel(page, "address");
  read.address = await words();
  await person.enterAddress(page, demo.newAddress());
  read.waiting = await words();
  // Two hundred and forty words a minute is what adults read; nobody reads all of them.
  const all = Object.values(read).reduce((sum, count) => sum + count, 0);
  assert.ok(all <= 400, JSON.stringify(read));
  await context.close();
});

for (const [index, { name }] of STEPS.entries()) {
  test(`no step could be removed: without "${name}" nothing is signed`, async () => {
    const context = await browser.profile({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
    const { total } = await demo.tally(SLUG);
    const { page, signer, panels } = await walks(STEPS.slice(0, index), context);
    // What cannot be touched because the page has not got there is not waited for.
    page.setDefaultTimeout(1_000);
    await STEPS[index + 1]?.does(page, signer).catch((error) => assert.equal(error.name, "TimeoutError"));
    assert.equal((await person.seen(page)).panel, panels.at(-1));
    assert.equal((await demo.tally(SLUG)).total, total);
    await context.close();
  });
}
