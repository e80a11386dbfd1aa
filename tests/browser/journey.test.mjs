// Signing as people do: the mail is read here, on another device, without JavaScript; each time one signature is counted.

import assert from "node:assert/strict";
import { after, test } from "node:test";

import { launch } from "./harness/browser.mjs";
import { PETITIONS, startDemo } from "./harness/demo.mjs";
import { loseAnswers } from "./harness/losing.mjs";
import * as person from "./harness/signing.mjs";
import { NOTHING, everythingStored } from "./harness/stored.mjs";

const [demo, browser] = await Promise.all([startDemo(), launch()]);
after(() => Promise.all([demo.stop(), browser.close()]));

const [FIRST, SLUG] = PETITIONS;

/** Signs up to the mail; gives what is needed to go on. */
async function untilTheMail(context, slug = SLUG, language = "en") {
  const address = demo.newAddress();
  const page = await person.open(context, demo.page(slug, language));
  await person.begin(page);
  await person.enterAddress(page, address);
  return { page, address, mail: await demo.mailbox.first(address) };
}

/** Runs a signing of one petition, and checks that the count and the number of tokens rise by exactly one. */
async function countsOne(signing, slug = SLUG) {
  const before = await demo.tally(slug);
  const page = await signing();
  await person.seeCounted(page);
  const tally = await demo.tally(slug);
  assert.deepEqual([tally.total, tally.issued], [before.total + 1, before.issued + 1]);
  assert.deepEqual(await everythingStored(page), NOTHING);
  await page.context().close();
}

test("by the link, opened in another profile, where the check number is typed", () =>
  countsOne(async () => {
    const { page, mail } = await untilTheMail(await browser.profile());
    const elsewhere = await browser.profile();
    await person.openLink(elsewhere, mail.link, await person.checkNumber(page));
    assert.deepEqual(await everythingStored(elsewhere.pages()[0]), NOTHING);
    return page;
  }));

test("by the link in the same browser, which knows the check number; the first page is gone, and the way back leads to it", () =>
  countsOne(async () => {
    const { page, mail } = await untilTheMail(await browser.profile());
    const check = await person.checkNumber(page);
    const confirm = await person.open(page.context(), mail.link);
    await page.close();
    await confirm.waitForFunction(() => document.querySelector("#check").value !== "");
    assert.equal(await confirm.locator("#check").inputValue(), check);
    await confirm.locator("#confirm-form [type=submit]").click();
    await confirm.locator('body[data-step="done"] #back').click();
    await confirm.waitForURL(demo.page(SLUG));
    return confirm;
  }));

test("by the link in the same browser, while the first page is open: that goes on, and once it is done no way leads back to begin", () =>
  countsOne(async () => {
    const { page, mail } = await untilTheMail(await browser.profile());
    const { lost, mend } = await loseAnswers(page.context(), "signature");
    const confirm = await person.openLink(page.context(), mail.link, await person.checkNumber(page));
    await lost;
    await confirm.locator("#back").waitFor();
    await mend();
    await person.seePanel(page, "done");
    await confirm.locator("#went-on").waitFor();
    // As somebody who was about to press it when it went away.
    await confirm.locator("#back").evaluate((link) => link.click());
    assert.equal(await confirm.locator("#back").isVisible(), false);
    assert.equal(new URL(confirm.url()).pathname, "/confirm");
    return page;
  }));

test("by the link in a profile without JavaScript", () =>
  countsOne(async () => {
    const { page, mail } = await untilTheMail(await browser.profile());
    const elsewhere = await browser.profile({ javaScriptEnabled: false });
    await person.openLink(elsewhere, mail.link, await person.checkNumber(page));
    return page;
  }));

test("by the code, typed as it stands in the mail or with digits alone", async () => {
  for (const typed of [(code) => code, (code) => code.replace("-", ""), (code) => ` ${code.replace("-", " ")} `]) {
    await countsOne(async () => {
      const { page, mail } = await untilTheMail(await browser.profile());
      await person.enterCode(page, typed(mail.code));
      return page;
    });
  }
});

test("in Russian, from the list to the mail", () =>
  countsOne(async () => {
    const context = await browser.profile({ locale: "ru-RU" });
    const list = await person.open(context, `${demo.url}/`);
    assert.equal(await list.locator("html").getAttribute("lang"), "ru");
    await list.locator(`a[href$="/p/${SLUG}"]`).first().click();
    await list.waitForURL(`**/p/${SLUG}`);
    const address = demo.newAddress();
    await person.begin(list);
    await person.enterAddress(list, address);
    const mail = await demo.mailbox.first(address);
    assert.match(mail.text, /Здравствуйте/);
    const confirm = await person.openLink(await browser.profile({ locale: "ru-RU" }), mail.link, await person.checkNumber(list));
    assert.equal(await confirm.locator("html").getAttribute("lang"), "ru");
    return list;
  }));

test("the page shows the new count without being loaded again, and says by when it will", async () => {
  const { page, mail } = await untilTheMail(await browser.profile());
  const count = () => page.locator("#count").getAttribute("data-total").then(Number);
  const before = await count();
  await page.evaluate(() => (window.sameDocument = true));
  await person.enterCode(page, mail.code);
  await person.seePanel(page, "done");
  assert.match(await page.locator("[data-publish-by]").getAttribute("datetime"), /^\d{4}-\d\d-\d\dT\d\d:\d\d/);
  await person.seeCounted(page);
  assert.equal(await count(), before + 1);
  assert.equal(await page.locator("#count").innerText(), String(before + 1));
  assert.equal(await page.evaluate(() => window.sameDocument), true);
  const { total } = await demo.tally(SLUG);
  assert.equal(total, before + 1);
});

test("the others of the bundle afterwards, one signature each", async () => {
  const others = PETITIONS.filter((slug) => slug !== SLUG);
  const before = await Promise.all(PETITIONS.map((slug) => demo.tally(slug)));
  const page = await person.sign(await browser.profile(), demo, SLUG);
  for (const slug of others) {
    const other = page.locator(`#others [data-slug="${slug}"]`);
    await other.locator("button:not([data-show-receipt])").click();
    await other.locator("[data-signed]").waitFor();
  }
  await Promise.all(PETITIONS.map((slug, index) => demo.tallyOf(slug, before[index].total + 1)));
  await person.sign(await browser.profile(), demo, SLUG);
  for (const [index, slug] of PETITIONS.entries()) {
    const expected = before[index].total + (slug === SLUG ? 2 : 1);
    assert.equal((await demo.tally(slug)).total, expected, slug);
  }
  assert.deepEqual(await everythingStored(page), NOTHING);
});

test("only this one: one token is asked for, and the same address signs another petition later", async () => {
  const address = demo.newAddress();
  const before = await demo.tally(FIRST);
  const context = await browser.profile();
  const requests = [];
  context.on("request", (request) => request.url().endsWith("/v1/token-requests") && requests.push(request));
  const page = await person.sign(context, demo, SLUG, { address, only: true });
  assert.equal(await page.locator("#others").isVisible(), false);
  assert.ok(requests.length > 0);
  for (const request of requests) {
    assert.equal(request.headers()["content-type"], "application/private-token-request");
    assert.equal(request.postDataBuffer().length, 259);
  }

  const [mail] = await demo.mailbox.to(address);
  const next = await person.open(context, demo.page(FIRST));
  await person.begin(next, { only: true });
  await person.enterAddress(next, address);
  await person.enterCode(next, (await demo.mailbox.next(address, mail)).code);
  await person.seeCounted(next);
  assert.equal((await demo.tally(FIRST)).total, before.total + 1);
  await context.close();
});

test("an address signs once: a second time it is told so, and another address of the same person is taken", async () => {
  const address = demo.newAddress();
  const context = await browser.profile();
  await person.sign(context, demo, SLUG, { address });
  const { total } = await demo.tally(SLUG);

  const page = await person.open(context, demo.page(SLUG));
  await person.begin(page);
  const [mail] = await demo.mailbox.to(address);
  await person.enterAddress(page, address);
  await person.enterCode(page, (await demo.mailbox.next(address, mail)).code);
  await person.seePanel(page, "stopped");
  await person.seeMessage(page, "already-issued");
  assert.deepEqual(await everythingStored(page), NOTHING);

  await page.locator("#begin-again").click();
  const another = demo.newAddress();
  await person.begin(page);
  await person.enterAddress(page, another);
  await person.enterCode(page, (await demo.mailbox.first(another)).code);
  await person.seeCounted(page);
  assert.equal((await demo.tally(SLUG)).total, total + 1);
});
