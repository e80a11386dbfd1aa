// Receipts: offered after the signature, shown to who asks, kept by nobody else. Withdrawals: with what was kept, and nothing more.

import assert from "node:assert/strict";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";

import { launch, profileThatForbids } from "./harness/browser.mjs";
import { PETITIONS, startDemo } from "./harness/demo.mjs";
import { folder, remove } from "./harness/places.mjs";
import { record } from "./harness/recorder.mjs";
import * as person from "./harness/signing.mjs";
import { NOTHING, everythingStored } from "./harness/stored.mjs";

const [demo, browser, directory] = await Promise.all([startDemo(), launch(), folder("receipts")]);
after(() => Promise.all([demo.stop(), browser.close(), remove(directory)]));

const [OTHER, SLUG] = PETITIONS;

/** Tests share a server: the numbers before, to compare with. */
const before = () => demo.tally(SLUG);

/** Everything of the receipt that can be seen on a page. */
const visible = (page) => page.locator(".receipt-choice:visible, #receipt:visible, [data-show-receipt]:visible").count();

test("a receipt is never offered before the signature is accepted, and then it is folded up", async () => {
  const context = await browser.profile();
  const page = await person.open(context, demo.page(SLUG));
  assert.equal(await visible(page), 0);
  const address = demo.newAddress();
  await person.begin(page);
  assert.equal(await visible(page), 0);
  await person.enterAddress(page, address);
  assert.equal(await visible(page), 0);
  await person.enterCode(page, (await demo.mailbox.first(address)).code);
  await person.seeCounted(page);
  assert.equal(await page.locator(".receipt-choice").getAttribute("open"), null);
  assert.equal(await visible(page), 1, "one line, and nothing of the code");
  assert.equal(await page.locator("#receipt-code").inputValue(), "");
  await context.close();
});

test("by the text: the total is back by one, and nothing is stored on the way", async () => {
  const counts = await before();
  const context = await browser.profile();
  const page = await person.sign(context, demo, SLUG);
  const text = await person.showReceipt(page);
  assert.match(text, /^undersign1\.[\w-]{43}\.[\w-]{43}\.http:\/\/127\.0\.0\.1:\d+$/);
  assert.deepEqual(await everythingStored(page), NOTHING);
  await demo.tallyOf(SLUG, counts.total + 1);

  const elsewhere = await browser.profile();
  const done = await person.withdraw(elsewhere, demo, SLUG, { text: ` ${text.slice(0, 50)}\n${text.slice(50)} ` });
  assert.match(await done.locator("[data-publish-by]").getAttribute("datetime"), /^\d{4}-\d\d-\d\dT/);
  await demo.withdrawnOf(SLUG, counts.total, counts.withdrawals + 1);
  assert.deepEqual(await everythingStored(done), NOTHING);

  // Twice is once.
  await person.withdraw(elsewhere, demo, SLUG, { text });
  await demo.settle();
  await demo.withdrawnOf(SLUG, counts.total, counts.withdrawals + 1);
  await Promise.all([context.close(), elsewhere.close()]);
});

test("by the file, whose name says nothing of the petition", async () => {
  const counts = await before();
  const context = await browser.profile();
  const page = await person.sign(context, demo, SLUG);
  await person.showReceipt(page);
  const { path, name } = await person.saveReceipt(page);
  assert.equal(name, "undersign-receipt.json");
  assert.ok((await stat(path)).size < 2_000);
  const receipt = JSON.parse(await readFile(path, "utf8"));
  assert.deepEqual([receipt.context, receipt.slug, receipt.base], ["undersign receipt", SLUG, demo.url]);
  const file = join(directory, "kept.json");
  await writeFile(file, await readFile(path));
  await person.withdraw(await browser.profile({ locale: "ru-RU" }), demo, SLUG, { file }, "ru");
  await demo.withdrawnOf(SLUG, counts.total, counts.withdrawals + 1);
  await context.close();
});

test("another file, another petition's code, a part of one, nothing at all: told apart, and nothing is sent", async () => {
  const recorder = await record(demo.host);
  const context = await browser.profile({ proxy: recorder.proxy });
  const text = await person.showReceipt(await person.sign(await browser.profile(), demo, OTHER));
  const page = await person.open(context, `${demo.page(SLUG)}/withdraw`);
  await person.give(page, {});
  await person.seeMessage(page, "nothing-given");
  for (const wrong of [text.slice(0, 90), text.slice(1), text.replace("undersign1", "undersign2"), "hello", "{}"]) {
    await person.give(page, { text: wrong });
    await person.seeMessage(page, "receipt");
  }
  await person.give(page, { text });
  await person.seeMessage(page, "other-petition");
  const file = join(directory, "other.json");
  await writeFile(file, Buffer.alloc(3_000_000, "x"));
  await person.give(page, { file });
  await person.seeMessage(page, "receipt");
  await context.close();
  await recorder.stop();
  assert.deepEqual(recorder.exchanges.filter(({ method }) => method === "POST").map(({ url }) => url), []);
});

test("a code that no signature has is refused, in words", async () => {
  const counts = await before();
  const text = await person.showReceipt(await person.sign(await browser.profile(), demo, SLUG));
  const parts = text.split(".");
  parts[2] = `${"A".repeat(42)}E`;
  const page = await person.open(await browser.profile(), `${demo.page(SLUG)}/withdraw`);
  await person.give(page, { text: parts.join(".") });
  await person.seePanel(page, "sure");
  await page.locator("#withdraw-button").click();
  await person.seeMessage(page, "withdrawal-not-valid");
  await page.locator("#leave-it").click();
  await person.seeMessage(page, "left");
  await demo.settle();
  assert.equal((await before()).withdrawals, counts.withdrawals);
});

test("before the second step nothing is sent, and then the key alone, once, without a cookie or a referrer", async () => {
  const text = await person.showReceipt(await person.sign(await browser.profile(), demo, SLUG));
  const key = text.split(".")[2];
  const recorder = await record(demo.host);
  const context = await browser.profile({ proxy: recorder.proxy });
  const page = await person.open(context, `${demo.page(SLUG)}/withdraw`);
  await person.give(page, { text });
  await person.seePanel(page, "sure");
  const holds = ({ url, headers, body }) => `${url} ${headers.join(" ")} ${body.toString("latin1")}`.includes(key);
  assert.ok(!recorder.exchanges.some(holds));
  await page.locator("#withdraw-button").click();
  await person.seePanel(page, "withdrawn");
  await context.close();
  await recorder.stop();
  const [withdrawal, ...more] = recorder.exchanges.filter(holds);
  assert.deepEqual([more.length, new URL(withdrawal.url).pathname.split("/").at(-1)], [0, "withdrawals"]);
  assert.deepEqual(Object.keys(JSON.parse(withdrawal.body)), ["nonce", "withdrawal_key"]);
  const names = withdrawal.headers.filter((_, at) => at % 2 === 0).map((name) => name.toLowerCase());
  for (const name of ["cookie", "referer", "authorization"]) assert.ok(!names.includes(name), name);
});

test("a code that is wiped, or left behind, is gone from the page, also when the page comes back", async () => {
  const context = await browser.profile();
  const page = await person.sign(context, demo, SLUG);
  await person.showReceipt(page);
  await page.locator("#receipt-forget").click();
  await person.seeMessage(page, "receipt-forgotten");
  assert.equal(await page.locator("#receipt-code").inputValue(), "");
  assert.equal(await page.locator("#receipt, #receipt-show").and(page.locator(":visible")).count(), 0);

  const left = await person.sign(context, demo, SLUG);
  const text = await person.showReceipt(left);
  await left.goto(`${demo.page(SLUG)}/withdraw`);
  await left.locator("#receipt-text").fill(text);
  await left.goBack();
  await person.seePanel(left, "done", "begin");
  assert.ok(!(await left.content()).includes(text));
  assert.equal(await left.locator("#receipt-code").inputValue(), "");
  await left.goForward();
  await person.seePanel(left, "give");
  assert.equal(await left.locator("#receipt-text").inputValue(), "");
  assert.deepEqual(await everythingStored(left), NOTHING);
  await context.close();
});

test("after a reload on the way to the signature the receipt is still offered; after one at the end it is gone", async () => {
  const context = await browser.profile();
  const page = await person.open(context, demo.page(SLUG));
  const address = demo.newAddress();
  await person.begin(page);
  await person.enterAddress(page, address);
  await page.reload();
  await person.seePanel(page, "waiting");
  await person.enterCode(page, (await demo.mailbox.first(address)).code);
  await person.seeCounted(page);
  await person.showReceipt(page);
  await page.reload();
  await person.seePanel(page, "begin");
  assert.deepEqual(await everythingStored(page), NOTHING);
  await context.close();
});

test("each petition of the bundle has a code of its own", async () => {
  const context = await browser.profile();
  const page = await person.sign(context, demo, SLUG);
  const first = await person.showReceipt(page);
  const item = page.locator(`#others [data-slug="${OTHER}"]`);
  const counts = await demo.tally(OTHER);
  await item.locator("button").first().click();
  await item.locator("[data-signed]").waitFor();
  await demo.tallyOf(OTHER, counts.total + 1);
  await item.locator("[data-show-receipt]").click();
  const title = await item.locator("a").textContent();
  await page.locator("#receipt-of", { hasText: title }).waitFor();
  const second = await page.locator("#receipt-code").inputValue();
  assert.notEqual(first.split(".")[1], second.split(".")[1]);
  await person.withdraw(await browser.profile(), demo, OTHER, { text: second });
  await demo.withdrawnOf(OTHER, counts.total, counts.withdrawals + 1);
  await context.close();
});

test("without JavaScript the page says what it means and how it goes on the command line", async (t) => {
  const profile = await profileThatForbids("javascript");
  t.after(() => profile.remove());
  const page = await person.open(profile.context, `${demo.page(SLUG)}/withdraw`);
  const text = await page.locator("main").innerText();
  assert.match(text, /It is for good/);
  assert.match(text, /JavaScript is switched off/);
  assert.equal(await page.locator("#give-form:visible").count(), 0);
  await page.locator(".other-ways summary").click();
  await page.locator("code", { hasText: "undersign withdraw" }).waitFor();
});
