// The verify page: readable as it is, and with a button that recounts. What is wrong is found and named; nothing is kept; nothing but
// the log is asked for.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, test } from "node:test";
import { promisify } from "node:util";

import { launch, profileThatForbids } from "./harness/browser.mjs";
import { PETITIONS, startDemo } from "./harness/demo.mjs";
import { CLI } from "./harness/places.mjs";
import { header, record } from "./harness/recorder.mjs";
import * as person from "./harness/signing.mjs";
import { NOTHING, everythingStored } from "./harness/stored.mjs";

const [demo, browser] = await Promise.all([startDemo(), launch()]);
after(() => Promise.all([demo.stop(), browser.close()]));

const [SLUG, WITHOUT] = PETITIONS;

// Three signatures, one of them taken back.
const signer = await browser.profile();
const receipt = await person.showReceipt(await person.sign(signer, demo, SLUG, { only: true }));
await person.sign(signer, demo, SLUG, { only: true });
await person.sign(signer, demo, SLUG, { only: true });
await person.withdraw(signer, demo, SLUG, { text: receipt });
await demo.withdrawnOf(SLUG, 2, 1);
await signer.close();

const { petition_id: id } = await (await fetch(`${demo.url}/v1/petitions/${SLUG}`)).json();
const { tree_size: size } = await demo.tally(SLUG);
const verify = (language = "en") => `${demo.page(SLUG, language)}/verify`;

/** Opens the page, counts, and waits for what comes of it. */
async function count(context, ending, url = verify()) {
  const page = await person.open(context, url);
  await person.seePanel(page, "begin");
  await page.locator("#recount").click();
  await person.seePanel(page, ending);
  return page;
}

/** What the page says it has found, by name. */
function found(page) {
  return page.locator("[data-found]").evaluateAll((all) => Object.fromEntries(all.map((one) => [one.dataset.found, one.textContent])));
}

test("three signatures and a withdrawal are confirmed, with the numbers of the server and of the program", async () => {
  const context = await browser.profile();
  const page = await count(context, "confirmed", `${verify()}#${id}`);
  const numbers = await found(page);
  const total = await demo.tally(SLUG);
  assert.deepEqual(numbers, {
    total: "2", signatures: "3", withdrawals: "1", issued: String(total.issued), treeSize: String(size), root: total.root, petitionId: id,
  });
  assert.ok(await page.locator("[data-pinned]").isVisible());
  assert.deepEqual(await everythingStored(page), NOTHING);
  const { stdout } = await promisify(execFile)(CLI, ["--json", "audit", `${demo.url}/p/${SLUG}#${id}`]);
  assert.ok(stdout.includes(numbers.root), stdout);
  await context.close();
});

test("a petition without a signature is confirmed too, in Russian; without a pin the page says what to compare", async () => {
  const context = await browser.profile({ locale: "ru-RU" });
  const page = await count(context, "confirmed", `${demo.page(WITHOUT, "ru")}/verify`);
  assert.equal((await found(page)).total, "0");
  assert.match(await page.locator('[data-panel="confirmed"]').innerText(), /Число верное/);
  assert.ok(await page.locator("[data-not-pinned]").isVisible());
  await context.close();
});

test("where WebCrypto is missing, the module verifies by itself", async () => {
  const context = await browser.profile();
  let replaced = 0;
  await context.route("**/verify/worker.js", async (route) => {
    replaced += 1;
    const response = await route.fetch();
    const body = `Object.defineProperty(crypto, "subtle", { value: undefined });\n${await response.text()}`;
    await route.fulfill({ response, body });
  });
  const page = await count(context, "confirmed");
  assert.equal((await found(page)).signatures, "3");
  assert.equal(replaced, 1, "the control: the worker ran without");
  await context.close();
});

/** Lies: what a server answers instead, and what the page says of it. `entry` is where it lies, if it is one. */
const LIES = {
  "a changed signature is found, and named by its entry": {
    path: "**/log/tile/entries/**",
    change: (body) => flip(body, tokenAt(body).at + 355),
    reason: "signature",
    entry: tokenAt,
    words: /A signature is not valid/,
  },
  "a token for another petition is found": {
    path: "**/log/tile/entries/**",
    change: (body) => flip(body, tokenAt(body).at + 2 + 1 + 2 + 32),
    reason: "challenge",
    entry: tokenAt,
    words: /for another petition/,
  },
  "a total that is larger than the log is found": {
    path: `**/v1/petitions/${id}/total`,
    change: (body) => json(body, (total) => ({ ...total, total: total.total + 1, withdrawals: total.withdrawals - 1 })),
    reason: "total",
    words: /The number that is shown is not what stands in the log/,
  },
  "numbers that contradict each other are found": {
    path: `**/v1/petitions/${id}/total`,
    change: (body) => json(body, (total) => ({ ...total, total: total.total + 1 })),
    reason: "total",
    words: /The number that is shown/,
  },
  "a head that the log's key has not signed is found": {
    path: "**/log/checkpoint",
    change: (body) => Buffer.from(body.toString().replace(/\n(.)(.{43})\n/, (_, first, rest) => `\n${first === "A" ? "B" : "A"}${rest}\n`)),
    reason: "checkpoint",
    words: /was not signed with the petition's log key/,
  },
};

for (const [name, { path, change, reason, entry, words }] of Object.entries(LIES)) {
  test(name, async () => {
    const context = await browser.profile();
    let expected;
    await context.route(path, async (route) => {
      const response = await route.fetch();
      const body = await response.body();
      expected = entry?.(body).entry;
      await route.fulfill({ response, body: change(body) });
    });
    const page = await count(context, "failed");
    assert.equal(await page.locator("#reason").textContent(), reason);
    assert.match(await page.locator('[data-panel="failed"]').innerText(), words);
    assert.equal(await page.locator("#failed-entry").isVisible(), expected !== undefined);
    if (expected !== undefined) assert.equal(await page.locator("#entry").textContent(), String(expected));
    await context.close();
  });
}

test("another petition than the one that the link names is refused", async () => {
  const context = await browser.profile();
  const { petition_id: other } = await (await fetch(`${demo.url}/v1/petitions/${WITHOUT}`)).json();
  await context.route(`**/v1/petitions/${other}/**`, async (route) => {
    route.fulfill({ response: await route.fetch({ url: route.request().url().replace(other, id) }) });
  });
  const page = await count(context, "failed", `${verify()}#${other}`);
  assert.equal(await page.locator("#reason").textContent(), "petition-id");
  await context.close();
});

test("a page that was opened with a pinned link pins its petition in the links to its other pages, and no other link", async () => {
  const context = await browser.profile();
  const links = (page) => page.evaluate(() => [...document.links].map((link) => link.href));
  const page = await person.open(context, `${demo.page(SLUG)}#${id}`);
  await person.seePanel(page, "begin");
  const pinned = (await links(page)).filter((link) => link.endsWith(`#${id}`)).map((link) => new URL(link).pathname);
  for (const end of ["/verify", "/withdraw"]) assert.ok(pinned.includes(`/en/p/${SLUG}${end}`), `${pinned}`);
  assert.ok(pinned.every((path) => new RegExp(`^/(en|ru|fa)/p/${SLUG}(/verify|/withdraw)?$`).test(path)), `${pinned}`);
  assert.ok((await links(page)).some((link) => link.endsWith("#other-ways")), "what leads to a place of the page still does");

  await page.locator(`main a[href^="/en/p/${SLUG}/verify"]`).click();
  await person.seePanel(page, "begin");
  assert.equal(new URL(page.url()).hash, `#${id}`);
  await page.locator("#recount").click();
  await person.seePanel(page, "confirmed");
  assert.ok(await page.locator("[data-pinned]").isVisible());

  // Without a pin there is nothing to keep.
  const plain = await person.open(context, demo.page(SLUG));
  await person.seePanel(plain, "begin");
  assert.ok((await links(plain)).every((link) => !link.includes(id.slice(0, 20)) || link.includes("/v1/")));
  await context.close();
});

test("no answer is no finding, and a count that is stopped leaves nothing", async () => {
  const context = await browser.profile();
  await context.route("**/log/tile/**", () => {});
  const page = await person.open(context, verify());
  await page.locator("#recount").click();
  await person.seePanel(page, "running");
  await page.locator("#cancel").click();
  await person.seeMessage(page, "cancelled");
  await context.unroute("**/log/tile/**");
  await context.route("**/log/tile/**", (route) => route.abort());
  await page.locator("#recount").click();
  await person.seeMessage(page, "network");
  assert.deepEqual(await everythingStored(page), NOTHING);
  await context.close();
});

test("the count asks for the log alone, all of it, without a cookie or a referrer", async () => {
  const recorder = await record(demo.host);
  const context = await browser.profile({ proxy: recorder.proxy });
  const page = await person.open(context, verify());
  await person.seePanel(page, "begin");
  assert.ok(!recorder.exchanges.some(({ url }) => /undersign_audit|worker/.test(url)), "what counts is not fetched before it is wanted");
  const before = recorder.exchanges.length;
  await page.locator("#recount").click();
  await person.seePanel(page, "confirmed");
  await context.close();
  await recorder.stop();
  const asked = recorder.exchanges.slice(before).filter(({ url }) => !/\/assets\/|favicon/.test(url));
  const paths = [...new Set(asked.map(({ url }) => url.replace(`${demo.url}/v1/petitions/${id}/`, "")))];
  assert.deepEqual(paths.toSorted(), ["log/checkpoint", `log/tile/entries/000.p/${size}`, "total"]);
  for (const { method, headers } of asked) {
    assert.equal(method, "GET");
    for (const name of ["cookie", "referer"]) assert.equal(header(headers, name), undefined);
  }
});

test("without JavaScript the page says what the number means, and how to count on the command line", async (t) => {
  const profile = await profileThatForbids("javascript");
  t.after(() => profile.remove());
  const page = await person.open(profile.context, demo.page(SLUG));
  await page.locator(`a[href="/en/p/${SLUG}/verify"]`).click();
  const text = await page.locator("main").innerText();
  for (const words of [/What it does not mean/, /not how many people/, /JavaScript is switched off/, /its own word/]) assert.match(text, words);
  assert.equal(await page.locator("#recount:visible").count(), 0);
  assert.equal(await page.locator("#cli").innerText(), `undersign audit '${demo.url}/p/${SLUG}#${id}'`);
  await page.locator("#one-token", { hasText: "openssl dgst -sha384 -verify" }).waitFor();
});

/** The first signature of a bundle: where its length stands, and the index of its entry. */
function tokenAt(body) {
  for (let at = 0, entry = 0; at < body.length; entry += 1) {
    const length = body.readUInt16BE(at);
    if (body[at + 2] === 1) return { at, entry };
    at += 2 + length;
  }
  throw new Error("no signature");
}

/** The same bytes with one of them changed. */
function flip(body, at) {
  const changed = Buffer.from(body);
  changed[at] ^= 1;
  return changed;
}

function json(body, change) {
  return Buffer.from(JSON.stringify(change(JSON.parse(body))));
}
