// Handing in through relays: the server never sees where a signature comes from, unless the person has said that it may.

import assert from "node:assert/strict";
import { after, beforeEach, test } from "node:test";

import { launch } from "./harness/browser.mjs";
import { header, record } from "./harness/recorder.mjs";
import { startRelayed } from "./harness/relays.mjs";
import * as person from "./harness/signing.mjs";
import { NOTHING, everythingStored } from "./harness/stored.mjs";

const SLUG = "night-bus-17";

const [site, browser] = await Promise.all([startRelayed(2, SLUG), launch()]);
after(() => Promise.all([site.stop(), browser.close()]));
beforeEach(() => Promise.all(site.relays.map((relay) => relay.stop())));

/** What hands something in, where it goes directly. */
const DIRECTLY = /\/(signatures|withdrawals)$/;
/** Bytes of everything that is sealed (specs/oblivious_http.md §2). */
const SIZE = 1_079;

/** A profile whose every byte is written down. */
async function watched(settings = {}) {
  const recorder = await record(site.host, ...site.relays.map((relay) => relay.host));
  const context = await browser.profile({ proxy: recorder.proxy, ...settings });
  const close = () => Promise.all([context.close(), recorder.stop()]);
  return { context, recorder, close };
}

/** What was posted to relays. */
const relayed = (recorder) => recorder.exchanges.filter(({ method, url }) => method === "POST" && site.relays.some((relay) => relay.url === url));

/** Which relays were tried: one that is down gets no further than the browser's question whether a page may post to it. */
const tried = (recorder) => site.relays.filter((relay) => recorder.exchanges.some(({ url }) => url === relay.url));

/** As a person does, until the address is confirmed and nothing more is to be done. */
async function confirm(context, language = "en") {
  const address = site.newAddress();
  const page = await person.open(context, site.page(SLUG, language));
  await person.begin(page);
  await person.enterAddress(page, address);
  await person.enterCode(page, (await site.mailbox.first(address)).code);
  return page;
}

test("a signature and its withdrawal go through a relay, all of one size, and nothing is handed in directly", async () => {
  await Promise.all(site.relays.map((relay) => relay.start()));
  const { total } = await site.tally(SLUG);
  const { context, recorder, close } = await watched();
  const complaints = [];
  context.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  const page = await confirm(context);
  await person.seeCounted(page);
  assert.deepEqual(recorder.of("POST", DIRECTLY), []);
  assert.equal((await site.tally(SLUG)).total, total + 1);
  const text = await person.showReceipt(page);
  await person.withdraw(context, site, SLUG, { text });
  assert.deepEqual(recorder.of("POST", DIRECTLY), []);

  const sent = relayed(recorder);
  assert.equal(sent.length, 2);
  for (const { body, headers, status, answerHeaders } of sent) {
    assert.deepEqual([body.length, status], [SIZE, 200]);
    assert.equal(header(headers, "content-type"), "message/ohttp-req");
    assert.equal(header(answerHeaders, "content-type"), "message/ohttp-res");
    for (const name of ["cookie", "authorization", "referer"]) assert.equal(header(headers, name), undefined, name);
  }
  assert.ok(!sent[0].body.subarray(7, 39).equals(sent[1].body.subarray(7, 39)), "each is sealed anew");
  assert.deepEqual(complaints, [], "the policy has stopped nothing that the page needs");
  assert.deepEqual(await everythingStored(page), NOTHING);
  await close();
});

test("what speaks with relays is fetched only when something is to be handed in", async () => {
  const { context, recorder, close } = await watched();
  const page = await person.open(context, site.page(SLUG));
  await person.begin(page);
  assert.deepEqual(recorder.exchanges.filter(({ url }) => /oblivious/.test(url)), []);
  await close();
});

test("a relay that is down is passed over, and the next one takes it", async () => {
  const [running] = site.relays;
  await running.start();
  for (let tries = 1; ; tries += 1) {
    assert.ok(tries < 20, "the one that is down is never tried first");
    const { context, recorder, close } = await watched();
    await person.seeCounted(await confirm(context));
    assert.deepEqual(recorder.of("POST", DIRECTLY), []);
    assert.deepEqual(relayed(recorder).map(({ url, status }) => [url, status]), [[running.url, 200]]);
    await close();
    if (tried(recorder).length > 1) break;
  }
});

test("where all relays are down the person is asked, and only a yes sends it directly", async () => {
  for (const language of ["en", "ru", "fa"]) {
    const { total } = await site.tally(SLUG);
    const { context, recorder, close } = await watched();
    const page = await confirm(context, language);
    await person.seePanel(page, "relays-down");
    await page.locator("#relays-again").click();
    await page.waitForTimeout(1_500);
    await person.seePanel(page, "relays-down");
    assert.equal(tried(recorder).length, 2, "both were tried");
    assert.deepEqual(recorder.of("POST", DIRECTLY), []);
    assert.equal((await site.tally(SLUG)).total, total);
    await page.locator('[data-panel="relays-down"] summary').click();
    await page.locator("#relays-direct").click();
    await person.seeCounted(page);
    assert.equal(recorder.of("POST", DIRECTLY).length, 1);
    assert.equal((await site.tally(SLUG)).total, total + 1);
    await close();
  }
});

test("a page that asked goes on through a relay that has come back, also after it was loaded again", async () => {
  const { context, recorder, close } = await watched();
  const page = await confirm(context);
  await person.seePanel(page, "relays-down");
  await page.reload();
  await person.seePanel(page, "relays-down");
  await site.relays[1].start();
  await page.locator("#relays-again").click();
  await person.seeCounted(page);
  assert.deepEqual(recorder.of("POST", DIRECTLY), []);
  await close();
});

test("where WebAssembly is off a signature goes through a relay all the same", async () => {
  await Promise.all(site.relays.map((relay) => relay.start()));
  // Without a compiler there is no WebAssembly, and JavaScript is as slow as in the strictest settings.
  const strict = await launch({ flags: ["--js-flags=--jitless"] });
  const context = await strict.profile();
  const sent = [];
  context.on("request", (request) => sent.push({ method: request.method(), url: request.url() }));
  await person.seeCounted(await confirm(context));
  assert.deepEqual(sent.filter(({ method, url }) => method === "POST" && DIRECTLY.test(new URL(url).pathname)), []);
  assert.equal(sent.filter(({ method, url }) => method === "POST" && site.relays.some((relay) => relay.url === url)).length, 1);
  assert.ok(sent.some(({ url }) => url.endsWith("/client/undersign_oblivious_fallback.js")));
  await strict.close();
});
