// The mail: it is late, goes to another address, its code is mistyped.

import assert from "node:assert/strict";
import { after, test } from "node:test";

import { launch } from "./harness/browser.mjs";
import { PETITIONS, startDemo } from "./harness/demo.mjs";
import * as person from "./harness/signing.mjs";
import { STEPS } from "./harness/steps.mjs";
import { keptSigning } from "./harness/stored.mjs";

const [demo, browser] = await Promise.all([startDemo(), launch()]);
after(() => Promise.all([demo.stop(), browser.close()]));

const [SLUG] = PETITIONS;

test("after one minute the page says where to look, after three what else it can be", async () => {
  const context = await browser.profile();
  const page = await context.newPage();
  await page.clock.install();
  await page.goto(demo.page(SLUG));
  await person.begin(page);
  await person.enterAddress(page, demo.newAddress());
  const hint = (seconds) => page.locator(`[data-after="${seconds}"]`);
  assert.deepEqual([await hint(60).isVisible(), await hint(180).isVisible()], [false, false]);
  await page.clock.fastForward(61_000);
  await hint(60).waitFor();
  assert.equal(await hint(180).isVisible(), false);
  await page.clock.fastForward(120_000);
  await hint(180).waitFor();
  assert.equal(await hint(60).isVisible(), true);
  await context.close();
});

test("another address keeps everything else: the same request, and the code of either mail", async () => {
  const { total } = await demo.tally(SLUG);
  const context = await browser.profile();
  const { page } = await STEPS["address sent"](context, demo, SLUG);
  const before = (await keptSigning(page)).journey.prepared;
  const check = await person.checkNumber(page);
  await page.locator("#another-address").click();
  await person.seePanel(page, "address");
  const address = demo.newAddress();
  await person.enterAddress(page, address);
  const after = (await keptSigning(page)).journey.prepared;
  assert.deepEqual(after.run, before.run);
  assert.notEqual(after.verification, before.verification);
  assert.equal(await person.checkNumber(page), check);
  await person.enterCode(page, (await demo.mailbox.first(address)).code);
  await person.seeCounted(page);
  assert.equal((await demo.tally(SLUG)).total, total + 1);
  await context.close();
});

test("another address is asked for and then not used: the first mail still counts", async () => {
  const { total } = await demo.tally(SLUG);
  const context = await browser.profile();
  const { page, mail } = await STEPS["address sent"](context, demo, SLUG);
  await page.locator("#another-address").click();
  await person.seePanel(page, "address");
  await page.locator("#keep-waiting").click();
  await person.seePanel(page, "waiting");
  await person.enterCode(page, mail.code);
  await person.seeCounted(page);
  assert.equal((await demo.tally(SLUG)).total, total + 1);
  await context.close();
});

test("an address that is none is not sent; one that looks mistyped is asked about, never changed", async () => {
  const context = await browser.profile();
  const { page } = await STEPS.begun(context, demo, SLUG);
  const sent = [];
  page.on("request", (request) => request.url().endsWith("/v1/email-verifications") && sent.push(request.postDataJSON().email));
  const press = async (address) => {
    await page.locator("#email").fill(address);
    await page.locator("#send-mail").click();
  };
  for (const typed of ["", "nobody", "nobody@", "no body@example.org", "@example.org"]) {
    await press(typed);
    await person.seeMessage(page, "address-not-valid");
  }
  await press("somebody@gmial.com");
  await person.seeMessage(page, "suggestion");
  assert.equal(await page.locator("#suggestion").innerText(), "somebody@gmail.com");
  assert.equal(await page.locator("#email").inputValue(), "somebody@gmial.com");
  assert.deepEqual(sent, []);
  await page.locator("#send-mail").click();
  await person.seePanel(page, "waiting");
  assert.deepEqual(sent, ["somebody@gmial.com"]);

  await page.locator("#another-address").click();
  await press("somebody@gmial.com ");
  await person.seePanel(page, "waiting");
  await page.locator("#another-address").click();
  await press("other@gnail.com");
  await person.seeMessage(page, "suggestion");
  await page.locator("#suggestion").click();
  await person.seePanel(page, "waiting");
  assert.equal(sent.at(-1), "other@gmail.com");
  await context.close();
});

test("wrong codes are told apart, and the right one counts after them", async () => {
  const { total } = await demo.tally(SLUG);
  const context = await browser.profile();
  const { page, mail } = await STEPS["address sent"](context, demo, SLUG);
  await person.enterCode(page, "1234");
  await person.seeMessage(page, "code-form");
  await person.enterCode(page, wrong(mail.code));
  await person.seeMessage(page, "wrong-code");
  // What is typed after a code, such as a space, is no further try.
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.locator("#code").press("End");
  await page.locator("#code").press("Space");
  await page.locator("#code").press("Backspace");
  assert.deepEqual(await person.seen(page), { panel: "waiting", message: undefined }, "what was said of the other code is gone");
  assert.equal(asked.filter((url) => url.endsWith("/confirm")).length, 0);
  await person.enterCode(page, mail.code);
  await person.seeCounted(page);
  assert.equal(asked.filter((url) => url.endsWith("/confirm")).length, 1, "the control: one that is whole is sent");
  assert.equal((await demo.tally(SLUG)).total, total + 1);
  await context.close();
});

test("after five wrong codes the page says to ask for a new mail; with that it goes on", async () => {
  const { total } = await demo.tally(SLUG);
  const context = await browser.profile();
  const { page, address, mail } = await STEPS["address sent"](context, demo, SLUG);
  const message = page.locator('[data-message="wrong-code"]');
  for (let tries = 1; tries <= 5; tries += 1) {
    const answer = page.waitForResponse("**/v1/email-verifications/confirm");
    await person.enterCode(page, wrong(mail.code));
    await answer;
    await message.waitFor();
  }
  await person.enterCode(page, mail.code);
  await person.seeMessage(page, "attempts-exhausted");
  await page.locator("#another-address").click();
  await person.enterAddress(page, address);
  await person.enterCode(page, (await demo.mailbox.next(address, mail)).code);
  await person.seeCounted(page);
  assert.equal((await demo.tally(SLUG)).total, total + 1);
  await context.close();
});

test("a wrong check number confirms nothing and is told; the right one goes on", async () => {
  const { total } = await demo.tally(SLUG);
  const context = await browser.profile();
  const { page, mail } = await STEPS["address sent"](context, demo, SLUG);
  const check = await person.checkNumber(page);
  const confirm = await person.open(await browser.profile(), mail.link);
  await confirm.locator("#check").fill(String((Number(check) + 1) % 100).padStart(2, "0"));
  await confirm.locator("#confirm-form [type=submit]").click();
  await confirm.locator('body[data-step="ask"] [role="alert"]').waitFor();
  await confirm.locator("#check").fill(check);
  await confirm.locator("#confirm-form [type=submit]").click();
  await confirm.locator('body[data-step="done"]').waitFor({ state: "attached" });
  await person.seeCounted(page);
  assert.equal((await demo.tally(SLUG)).total, total + 1);
  await context.close();
});

test("a link that was cut off, and one that has confirmed before, each get a readable page", async () => {
  const context = await browser.profile();
  const { page, mail } = await STEPS["address sent"](context, demo, SLUG);
  const cut = await person.open(context, mail.link.slice(0, -9));
  await cut.locator("#check").fill("00").catch(() => {});
  if (await cut.locator("#confirm-form").isVisible()) await cut.locator("#confirm-form [type=submit]").click();
  await cut.locator('body[data-step="over"] [role="alert"]').waitFor();

  const check = await person.checkNumber(page);
  await person.openLink(context, mail.link, check);
  await person.openLink(context, mail.link, check);
  await person.seeCounted(page);
  await context.close();
});

/** Another code of the right form. */
function wrong(code) {
  return (code[0] === "9" ? "0" : String(Number(code[0]) + 1)) + code.slice(1);
}
