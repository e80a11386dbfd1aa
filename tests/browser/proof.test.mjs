// Work that goes with a request for a mail: asked for by the server, or offered to who waits in vain.

import assert from "node:assert/strict";
import { after, test } from "node:test";

import { launch } from "./harness/browser.mjs";
import { PETITIONS, startDemo } from "./harness/demo.mjs";
import * as person from "./harness/signing.mjs";

const [demo, strict, browser] = await Promise.all([startDemo(), launch({ flags: ["--js-flags=--jitless"] }), launch()]);
after(() => Promise.all([demo.stop(), strict.close(), browser.close()]));

const [SLUG] = PETITIONS;
const MAILS = "**/v1/email-verifications";
const CHALLENGES = "**/v1/email-verifications/challenge";

const REQUIRED = {
  status: 429,
  contentType: "application/problem+json",
  body: JSON.stringify({ type: "urn:undersign:problem:proof-required", title: "Work first.", status: 429 }),
};

/** Lets requests for mails through to the server only with a proof, which the server then looks at. Gives back what came. */
async function wantWork(context) {
  const asked = [];
  await context.route(MAILS, async (route) => {
    asked.push(route.request().postDataJSON());
    await (asked.at(-1).proof_of_work ? route.continue() : route.fulfill(REQUIRED));
  });
  return asked;
}

/** Files and bodies of what a profile asks for from now on. */
function watched(context) {
  const requests = [];
  context.on("request", (request) => requests.push(request));
  return { has: (part) => requests.some((request) => request.url().includes(part)), requests };
}

for (const [what, engine, module] of [["WebAssembly", browser, true], ["WebCrypto, where WebAssembly is off,", strict, false]]) {
  test(`with ${what} the page works, says so, and goes on by itself`, async () => {
    const { total } = await demo.tally(SLUG);
    const context = await engine.profile();
    const asked = await wantWork(context);
    const seen = watched(context);
    const page = await person.open(context, demo.page(SLUG));
    await person.begin(page, { only: true });
    assert.ok(!seen.has("proof/worker.js"), "what works is not fetched before it is needed");
    // Reads out what appears in it, and takes no focus.
    assert.equal(await page.locator("#please-wait").evaluate((text) => text.parentElement.getAttribute("role")), "status");
    const address = demo.newAddress();
    await page.locator("#email").fill(address);
    await page.locator("#send-mail").click();
    await page.locator("#please-wait").waitFor();
    assert.ok(await page.locator("#working progress").isVisible());
    await person.seePanel(page, "waiting");
    assert.deepEqual(asked.map((request) => "proof_of_work" in request), [false, true]);
    assert.equal(seen.has("undersign_proof_bg.wasm"), module);
    const challenge = seen.requests.find((request) => request.url().endsWith("/challenge"));
    assert.deepEqual(Object.keys(challenge.postDataJSON()), ["request_digest"], "no address is named for it");
    await person.enterCode(page, (await demo.mailbox.first(address)).code);
    await person.seeCounted(page);
    assert.equal((await demo.tally(SLUG)).total, total + 1);
    await context.close();
  });
}

test("who has waited two minutes in vain is offered one more mail, for work", async () => {
  const context = await browser.profile();
  const asked = [];
  context.on("request", (request) => request.url().endsWith("/email-verifications") && asked.push(request.postDataJSON()));
  const page = await context.newPage();
  await page.clock.install();
  await page.goto(demo.page(SLUG));
  await person.begin(page, { only: true });
  const address = demo.newAddress();
  await person.enterAddress(page, address);
  const first = await demo.mailbox.first(address);
  await page.clock.fastForward(110_000);
  assert.equal(await page.locator("#one-more").isVisible(), false);
  await page.clock.fastForward(11_000);
  await page.locator("#one-more").click();
  await person.seePanel(page, "address");
  await person.seeMessage(page, "one-more");
  await person.enterAddress(page, address);
  assert.deepEqual(asked.map((request) => "proof_of_work" in request), [false, true]);
  const { code } = await demo.mailbox.next(address, first);
  await person.enterCode(page, code);
  await person.seeCounted(page);
  await context.close();
});

test("who forgets in the middle of the work has named no address", async () => {
  const context = await browser.profile();
  const page = await person.open(context, demo.page(SLUG));
  const asked = await wantWork(context);
  // The work never ends.
  await context.route("**/undersign_proof.js", () => {});
  await person.begin(page, { only: true });
  await page.locator("#email").fill(demo.newAddress());
  await page.locator("#send-mail").click();
  await page.locator("#please-wait").waitFor();
  await page.locator('[data-panel="address"] [data-forget]').click();
  await person.seePanel(page, "begin");
  await page.locator("#please-wait").waitFor({ state: "hidden" });
  await demo.settle();
  assert.deepEqual(asked.map((request) => "proof_of_work" in request), [false], "one request, which was refused");
  await context.close();
});

test("where no work can be done, or none is enough, the page says what to do and keeps what was begun", async () => {
  const context = await browser.profile();
  await context.route(MAILS, (route) => route.fulfill(REQUIRED));
  await context.route(CHALLENGES, (route) => route.fulfill({ status: 404, contentType: "application/json", body: "{}" }));
  const page = await person.open(context, demo.page(SLUG));
  await person.begin(page, { only: true });
  await page.locator("#email").fill(demo.newAddress());
  await page.locator("#send-mail").click();
  await person.seeMessage(page, "proof-required");
  await context.unroute(MAILS);
  await page.locator("#send-mail").click();
  await person.seePanel(page, "waiting");
  await context.close();
});
