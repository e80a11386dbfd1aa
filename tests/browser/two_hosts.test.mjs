// Signing where the two sides have two names: the page of one asks the other, across origins, behind a real proxy.

import assert from "node:assert/strict";
import { after, test } from "node:test";

import { launch } from "./harness/browser.mjs";
import * as person from "./harness/signing.mjs";
import { NOTHING, everythingStored } from "./harness/stored.mjs";
import { startTwoHosts } from "./harness/two_hosts.mjs";

const SLUGS = ["night-bus-17", "open-archive"];
const [SLUG] = SLUGS;

const [hosts, browser] = await Promise.all([startTwoHosts(SLUGS), launch()]);
after(() => Promise.all([hosts.stop(), browser.close()]));

/** A profile that takes Caddy's own certificates, and writes down every request and answer. */
async function watched() {
  const context = await browser.profile({ ignoreHTTPSErrors: true });
  const seen = [];
  context.on("response", (response) => seen.push(response));
  const failed = [];
  // A wait that the page itself has ended, because the code was typed, is no failure.
  const isWanted = (request) => request.failure()?.errorText === "net::ERR_ABORTED";
  context.on("requestfailed", (request) => isWanted(request) || failed.push(request.url()));
  return { context, seen, failed };
}

test("a signature by the code goes to the two hosts and nowhere else, without a cookie, and is counted once", async () => {
  const { context, seen, failed } = await watched();
  const address = hosts.newAddress();
  const page = await person.open(context, hosts.page(SLUG));
  const complaints = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  await person.begin(page);
  await person.enterAddress(page, address);
  await person.enterCode(page, (await hosts.mailbox.first(address)).code);
  await person.seeCounted(page);

  const asked = (origin) => seen.filter((response) => new URL(response.url()).origin === origin).map((response) => response.request());
  const paths = (origin, method) =>
    new Set(asked(origin).filter((one) => one.method() === method).map((one) => new URL(one.url()).pathname));
  assert.equal(asked(hosts.issuer).length + asked(hosts.origin).length, seen.length, "no request to any other host");
  assert.deepEqual(paths(hosts.issuer, "POST"), new Set([
    "/v1/email-verifications",
    "/v1/email-verifications/confirm",
    "/v1/token-requests",
  ]));
  assert.deepEqual(paths(hosts.issuer, "GET"), new Set(["/v1/petitions", "/.well-known/private-token-issuer-directory"]));
  const [signature, ...others] = paths(hosts.origin, "POST");
  assert.match(signature, /^\/v1\/petitions\/[A-Za-z0-9_-]{43}\/signatures$/);
  assert.deepEqual(others, []);

  for (const response of seen) {
    const [sent, got] = await Promise.all([response.request().allHeaders(), response.allHeaders()]);
    assert.deepEqual([sent.cookie, sent.referer, got["set-cookie"]], [undefined, undefined, undefined], response.url());
    if (new URL(response.url()).origin === hosts.issuer) {
      assert.equal(got["access-control-allow-origin"], hosts.origin, response.url());
      assert.equal(got["access-control-allow-credentials"], undefined, response.url());
    }
  }
  assert.deepEqual(await context.cookies(), []);
  assert.deepEqual([failed, complaints], [[], []], "the policy has stopped nothing that the page needs");
  const tally = await hosts.tally(SLUG);
  assert.deepEqual([tally.total, tally.issued], [1, 1]);
  assert.deepEqual(await everythingStored(page), NOTHING);
  await context.close();
});

test("the link in the mail leads to the neutral host alone, and the page at the other one goes on", async () => {
  const before = await hosts.tally(SLUG);
  const { context } = await watched();
  const address = hosts.newAddress();
  const page = await person.open(context, hosts.page(SLUG));
  await person.begin(page);
  await person.enterAddress(page, address);
  const mail = await hosts.mailbox.first(address);
  assert.equal(new URL(mail.link).origin, hosts.mail);
  for (const known of [hosts.issuer, hosts.origin]) assert.ok(!mail.raw.includes(new URL(known).hostname), "the mail names neither");
  const elsewhere = await watched();
  await person.openLink(elsewhere.context, mail.link, await person.checkNumber(page));
  assert.ok(elsewhere.seen.length > 3);
  for (const response of elsewhere.seen) {
    assert.equal(new URL(response.url()).origin, hosts.mail);
    assert.ok(response.ok(), response.url());
  }
  await person.seeCounted(page);
  const tally = await hosts.tally(SLUG);
  assert.deepEqual([tally.total, tally.issued], [before.total + 1, before.issued + 1]);
  await Promise.all([context.close(), elsewhere.context.close()]);
});

test("the page may ask the issuer, and no third host; a page of a third host may not ask the issuer", async () => {
  const { context } = await watched();
  const reaches = (page, url) => page.evaluate((url) => fetch(url).then((answer) => answer.status, () => "stopped"), url);
  const page = await person.open(context, hosts.page(SLUG));
  assert.equal(await reaches(page, `${hosts.issuer}/v1/petitions`), 200);
  assert.equal(await reaches(page, `${hosts.mail}/confirm`), "stopped");
  const third = await context.newPage();
  // A page of nobody's, under a name of the same machine, with no policy of its own.
  await third.route("**/*", (route) => route.fulfill({ contentType: "text/html", body: "<title>third</title>" }), { times: 1 });
  await third.goto("https://third.localhost:1/");
  assert.equal(await reaches(third, `${hosts.issuer}/v1/petitions`), "stopped");
  const loads = (url) => fetch(url, { mode: "no-cors" }).then(() => "reached", () => "stopped");
  assert.equal(await third.evaluate(loads, `${hosts.issuer}/v1/petitions`), "stopped");
  await context.close();
});
