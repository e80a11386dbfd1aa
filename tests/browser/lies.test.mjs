// The lying server against the pages: the lies that tests/tests/system/evil/ tells to the command line, one at a time. Each is caught
// with its own words, and without the lie the same visit ends well.

import assert from "node:assert/strict";
import { after, test } from "node:test";

import { launch } from "./harness/browser.mjs";
import { startEvil } from "./harness/evil.mjs";
import * as person from "./harness/signing.mjs";
import { NOTHING, everythingStored } from "./harness/stored.mjs";

const [evil, browser] = await Promise.all([startEvil(), launch()]);
after(() => Promise.all([evil.stop(), browser.close()]));

/** Opens a page of a lying server in a browser of its own. */
async function visit(t, server, path, pin) {
  const context = await browser.profile();
  t.after(() => context.close());
  return { context, page: await person.open(context, server.page(path, pin)) };
}

/** Whether anything but a question was sent to this server from now on. */
function posts(context) {
  const sent = [];
  context.on("request", (request) => request.method() !== "GET" && sent.push(request.url()));
  return sent;
}

// The page on which people sign: before an address is named.

const KEY = /the key is not (342 bytes long|RSASSA-PSS with SHA-384)/;
const BEFORE = {
  "another petition under the same name is refused by whoever has a pinned link": ["another-petition", /not the petition that the link pins/],
  "two petitions under one name in the host's log are refused": ["announced-twice", /does not announce trees once and as this petition/],
  "another key in the list is refused": ["another-key-in-the-list", /list does not show this petition as the petition itself does/],
  "another key in the directory is refused": ["another-key-in-the-directory", /the petition's key is missing/],
  "another key everywhere is another petition, and refused": ["another-key-everywhere", /not the petition that the link pins/],
  "a key with e = 3 is refused": ["e-3", KEY],
  "a key with e = 3 in three bytes is refused": ["e-3-padded", KEY],
  "a key with SHA-256 is refused": ["sha-256", KEY],
  "a key with 32 bytes of salt is refused": ["salt-32", KEY],
  "a key that is labelled rsaEncryption is refused": ["rsa-encryption", KEY],
  "a text that was changed is refused": ["changed-text", /organiser's signature is not valid/],
  "another petition of the same organiser is refused": ["another-slug", /the server answered with another petition/],
};

for (const [name, [lie, words]] of Object.entries(BEFORE)) {
  test(`signing: ${name}`, async (t) => {
    const { context, page } = await visit(t, await evil.tells(lie));
    const sent = posts(context);
    await person.seePanel(page, "begin");
    await page.locator("#begin-button").click();
    await person.seeMessage(page, "check");
    assert.match(await page.locator('[data-message="check"] [data-detail]').textContent(), words);
    assert.match(await page.locator('[data-message="check"]').innerText(), /Do not sign here/);
    assert.deepEqual(sent, []);
    assert.deepEqual(await everythingStored(page), NOTHING);
  });
}

test("signing: another petition is not told from the right one by who has no pin: a limit", async (t) => {
  const { page } = await visit(t, await evil.tells("another-petition"), "", "");
  await person.begin(page);
});

// The same page, after the address was confirmed.

/** Signs up to where the page says something about it. */
async function sign(t, lie) {
  const server = await evil.tells(lie);
  const { page } = await visit(t, server);
  await person.begin(page);
  const address = evil.newAddress();
  await person.enterAddress(page, address);
  await person.enterCode(page, (await evil.mailbox.first(address)).code);
  return { page, server };
}

function seeCounted(page, name) {
  return page.locator(`[data-counted="${name}"]`).waitFor();
}

test("signing: without a lie a signature is counted", async (t) => {
  const { page } = await sign(t, "honest");
  await person.seeCounted(page);
});

test("signing: a wrong blind signature is refused, and nothing is handed in", async (t) => {
  const server = await evil.tells("wrong-blind-signature");
  const { context, page } = await visit(t, server);
  const sent = posts(context);
  await person.begin(page);
  const address = evil.newAddress();
  await person.enterAddress(page, address);
  await person.enterCode(page, (await evil.mailbox.first(address)).code);
  await person.seeMessage(page, "spoiled");
  assert.ok(sent.some((url) => url.endsWith("/v1/token-requests")), "the control: it was asked for");
  assert.ok(!sent.some((url) => url.endsWith("/signatures")));
});

for (const [name, lie] of Object.entries({
  "a promise that the log has not signed is refused": "unsigned-promise",
  "an answer for another's signature is refused": "promise-for-another",
})) {
  test(`signing: ${name}`, async (t) => {
    const { page } = await sign(t, lie);
    await person.seeMessage(page, "promise");
    await person.seePanel(page, "stopped");
  });
}

test("signing: a promise that is never kept is told as broken", async (t) => {
  const { page } = await sign(t, "broken-promise");
  await seeCounted(page, "promise-broken");
});

for (const [name, lie] of Object.entries({
  "an old head of the log that is replayed while the page waits is told": "replayed",
  "another log of the same size that is shown while the page waits is told": "fork",
})) {
  test(`signing: ${name}`, async (t) => {
    const { page, server } = await sign(t, "young");
    await person.seePanel(page, "done");
    // When it asks again, it has read what came before.
    for (let looks = 0; looks < 2; looks += 1) {
      await page.waitForResponse((response) => response.url().endsWith("/log/checkpoint"));
    }
    await seeCounted(page, "promised");
    await server.tells(lie);
    await seeCounted(page, "log");
  });
}

// The page on which people recount.

async function recount(page, ending, button = "#recount") {
  await page.locator(button).click();
  await person.seePanel(page, ending);
}

async function count(t, lie, ending) {
  const server = await evil.tells(lie);
  const { context, page } = await visit(t, server, "/verify");
  await person.seePanel(page, "begin");
  await recount(page, ending);
  return { server, context, page };
}

/** The page names the finding, and says it in a sentence of its own. */
async function seeReason(page, reason) {
  assert.equal(await page.locator("#reason").textContent(), reason, await page.locator("#reason-text").textContent());
  assert.equal(await page.locator(`[data-reason="${reason}"]`).isVisible(), true);
  assert.equal(await page.locator("[data-reason]:visible").count(), 1);
}

test("recount: a log without a lie is confirmed", async (t) => {
  const { page } = await count(t, "grown", "confirmed");
  assert.equal(await page.locator('[data-found="total"]').textContent(), "4");
});

const LOGS = {
  "another petition's log is found": ["log-of-another-petition", "petition-id"],
  "a log that begins with another text is found": ["log-with-changed-text", "manifest"],
  "a key with e = 3 is found": ["log-with-e-3", "manifest"],
  "a key with SHA-256 is found": ["log-with-sha-256", "manifest"],
  "a key with 32 bytes of salt is found": ["log-with-salt-32", "manifest"],
  "a key that is labelled rsaEncryption is found": ["log-with-rsa-encryption", "manifest"],
  "a token of another key is found": ["another-key-s-token", "key-id"],
  "a signature that is not valid is found": ["wrong-signature", "signature"],
  "signatures beyond what was issued are found": ["beyond-issued", "more-than-issued"],
  "an issued count that falls is found": ["issued-fell", "issued-fell"],
  "entries after the close are found": ["after-close", "after-close"],
  "a nonce that is counted twice is found": ["nonce-twice", "nonce-twice"],
  "a withdrawal without its key is found": ["withdrawal-without-key", "withdrawal-key"],
  "a withdrawal of another's signature with a key of one's own is found": ["withdrawal-of-another-s", "withdrawal-key"],
  "a withdrawal without its signature is found": ["withdrawal-of-nothing", "withdrawal-of-nothing"],
  "a batch that is not sorted is found": ["unsorted", "unsorted"],
  "a total with more signatures than the log is found": ["more-signatures-shown", "total"],
  "a total without the withdrawal is found": ["withdrawal-not-shown", "total"],
  "a total that contradicts itself is found": ["contradiction", "total"],
  "a total of another history than the log is found": ["total-of-another-history", "forked"],
};

for (const [name, [lie, reason]] of Object.entries(LOGS)) {
  test(`recount: ${name}`, async (t) => {
    const { page } = await count(t, lie, "failed");
    await seeReason(page, reason);
  });
}

const GREW = {
  "an entry that was dropped": ["dropped", "rewritten"],
  "an entry that was replaced": ["replaced", "rewritten"],
  "entries that were reordered": ["reordered", "rewritten"],
  "an old head that is replayed": ["replayed", "shrunk"],
  "another log of the same size": ["fork", "forked"],
};

for (const [name, [lie, reason]] of Object.entries(GREW)) {
  test(`recount: ${name} since an earlier count of the same visit is found, and of another visit is not`, async (t) => {
    const { server, context, page } = await count(t, "young", "confirmed");
    await server.tells(lie);
    await recount(page, "failed", '[data-panel="confirmed"] [data-again]');
    await seeReason(page, reason);
    // A page keeps nothing: who comes again has to compare the fingerprint, or use the command line.
    const later = await person.open(context, server.page("/verify"));
    await person.seePanel(later, "begin");
    await recount(later, "confirmed");
  });
}

test("recount: a log that only grew since an earlier count is confirmed as such", async (t) => {
  const { server, page } = await count(t, "young", "confirmed");
  assert.equal(await page.locator("[data-remembered]").isVisible(), false);
  await server.tells("grown");
  await page.locator('[data-panel="confirmed"] [data-again]').click();
  await page.locator('[data-found="total"]', { hasText: "4" }).waitFor();
  await person.seePanel(page, "confirmed");
  assert.equal(await page.locator("[data-remembered]").isVisible(), true);
  assert.deepEqual(await everythingStored(page), NOTHING);
});

test("recount: a fork that is shown to two people is seen when they compare the fingerprints that the page shows", async (t) => {
  const roots = [];
  for (const lie of ["young", "fork"]) {
    const { page } = await count(t, lie, "confirmed");
    assert.equal(await page.locator('[data-found="treeSize"]').textContent(), "5");
    roots.push(await page.locator('[data-found="root"]').textContent());
  }
  assert.notEqual(roots[0], roots[1]);
});
