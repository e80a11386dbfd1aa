// A signing by someone who has a keyboard and nothing else: every step is reached by Tab, and where one is can be seen.

import assert from "node:assert/strict";
import { after, test } from "node:test";

import { launch } from "./harness/browser.mjs";
import { PETITIONS, startDemo } from "./harness/demo.mjs";
import * as person from "./harness/signing.mjs";

const [demo, browser] = await Promise.all([startDemo(), launch()]);
after(() => Promise.all([demo.stop(), browser.close()]));

/** More than there is to tab through on any page. */
const MOST_TABS = 80;

/** Presses Tab until an element has the focus, which must be seen. Gives back how often. */
async function tabTo(page, selector) {
  for (let presses = 1; presses <= MOST_TABS; presses += 1) {
    await page.keyboard.press("Tab");
    const focused = page.locator(`${selector}:focus`);
    if ((await focused.count()) === 0) continue;
    const outline = await focused.evaluate((one) => getComputedStyle(one).outlineStyle);
    assert.notEqual(outline, "none", `${selector} has the focus, and nobody sees it`);
    return presses;
  }
  throw new Error(`Tab does not lead to ${selector}`);
}

test("a petition is signed with the keyboard alone, in two presses of Enter", async () => {
  const context = await browser.profile();
  const page = await person.open(context, demo.page(PETITIONS[0]));
  await person.seePanel(page, "begin");
  const { total } = await demo.tally(PETITIONS[0]);
  await tabTo(page, "#begin-button");
  await page.keyboard.press("Enter");
  await person.seePanel(page, "address");
  const address = demo.newAddress();
  await tabTo(page, "#email");
  await page.keyboard.type(address);
  await page.keyboard.press("Enter");
  await person.seePanel(page, "waiting");
  const { code } = await demo.mailbox.first(address);
  // From the heading that has the focus it is one press to the field.
  assert.equal(await tabTo(page, "#code"), 1);
  await page.keyboard.type(code);
  await person.seeCounted(page);
  assert.equal((await demo.tally(PETITIONS[0])).total, total + 1);
  // What is offered at the end is reached as well.
  await tabTo(page, 'a[href$="/share"]');
  await tabTo(page, ".receipt-choice summary");
  await tabTo(page, "#others button");
  await context.close();
});

test("advice about a mailbox is said as soon as its domain is typed, stops nobody, and goes with the address", async () => {
  const context = await browser.profile();
  const page = await person.open(context, demo.page(PETITIONS[1]));
  await person.begin(page, { only: true });
  const shown = () => page.locator("#address-form [data-domains]:visible").allInnerTexts();
  for (const [typed, country] of [
    ["somebody@mail.r", undefined],
    ["somebody@mail.ru", "Russian"],
    ["somebody@lists.Yandex.ru", "Russian"],
    ["somebody@tut.by", "Belarusian"],
    ["mail.ru@example.org", undefined],
    ["somebody@notmail.ru", undefined],
  ]) {
    await page.locator("#email").fill(typed);
    const said = await shown();
    assert.equal(said.length, country ? 1 : 0, `${typed}: ${said}`);
    if (country) assert.ok(said[0].includes(country), said[0]);
  }
  const requests = [];
  page.on("request", (request) => requests.push(request.url()));
  await page.locator("#email").fill("somebody@mail.ru");
  assert.equal((await shown()).length, 1);
  assert.deepEqual(requests, [], "nobody is asked about the address");
  await page.locator("#send-mail").click();
  await person.seePanel(page, "waiting");
  await page.locator("#another-address").click();
  await person.seePanel(page, "address");
  assert.deepEqual(await shown(), []);
  await context.close();
});
