// What leaves the browser, seen by a proxy on the way: every request, every byte.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, test } from "node:test";

import { launch } from "./harness/browser.mjs";
import { PETITIONS, startDemo } from "./harness/demo.mjs";
import { header, record } from "./harness/recorder.mjs";
import { decodings, holds } from "./harness/searching.mjs";
import { blindingSecrets, isWithdrawalKey, tokenSecrets } from "./harness/secrets.mjs";
import * as person from "./harness/signing.mjs";
import { keptSigning } from "./harness/stored.mjs";
import { until } from "./harness/patience.mjs";

const TOKENS = /^\/v1\/token-requests$/;
const VERIFICATION = /^\/v1\/email-verifications$/;
const SIGNATURES = /\/signatures$/;

const demo = await startDemo();
const browser = await launch();
after(() => Promise.all([demo.stop(), browser.close()]));

/** A signing in which everything is written down, up to the public count. */
async function recorded(slug) {
  const recorder = await record(demo.host);
  const context = await browser.profile({ proxy: recorder.proxy });
  const address = demo.newAddress();
  const page = await person.open(context, demo.page(slug));
  await person.begin(page);
  const { journey: begun } = await keptSigning(page);
  await person.enterAddress(page, address);
  const letGo = recorder.hold(SIGNATURES);
  await person.enterCode(page, (await demo.mailbox.first(address)).code);
  const held = await until("a token", async () => (await keptSigning(page)).journey.token_held);
  const beforeRedemption = recorder.exchanges.length;
  letGo();
  await person.seeCounted(page);
  await context.close();
  await recorder.stop();
  return { recorder, address, run: begun.prepared.run, held, beforeRedemption, exchanges: recorder.exchanges };
}

const signings = new Map();
for (const slug of PETITIONS) signings.set(slug, await recorded(slug));
const all = [...signings.values()].flatMap(({ exchanges }) => exchanges);

test("before the redemption no request holds a nonce, a salt, a blind, a withdrawal key or a token, in any form", () => {
  for (const [slug, { run, held, exchanges, beforeRedemption }] of signings) {
    const tokens = [held.wanted, ...held.others].map(tokenSecrets);
    const secrets = [...run.map(blindingSecrets), ...tokens].flatMap((of) => Object.entries(of));
    assert.equal(secrets.length, 4 * 3 + 6 * 3);
    const nonces = tokens.map(({ nonce }) => nonce);
    for (const exchange of exchanges.slice(0, beforeRedemption)) {
      const sent = everythingIn(exchange);
      for (const [name, secret] of secrets) assert.ok(!holds(sent, secret), `${slug}: ${name} in ${exchange.url}`);
      assert.ok(!holdsWithdrawalKey(sent, nonces), `${slug}: a withdrawal key in ${exchange.url}`);
    }
  }
});

test("whoever does not ask for a receipt sends no withdrawal key, before the redemption or after, and its nonce is the token's", () => {
  for (const [slug, { held, exchanges }] of signings) {
    for (const element of [held.wanted, ...held.others]) {
      const { nonce, withdrawalKey } = tokenSecrets(element);
      assert.ok(isWithdrawalKey(withdrawalKey, nonce), "the control: it is the key that is kept for who may ask");
      assert.ok(!exchanges.some((exchange) => holdsWithdrawalKey(everythingIn(exchange), [nonce])), slug);
    }
    assert.ok(!exchanges.some(({ url }) => url.includes("undersign_qr")), "what draws a code is not even fetched");
  }
});

test("the same search finds the token in one request, in its header Authorization; and the blinded message in the token requests", () => {
  for (const [slug, { run, held, exchanges }] of signings) {
    const { token, nonce, salt } = tokenSecrets(held.wanted);
    const withToken = exchanges.filter((exchange) => holds(everythingIn(exchange), token));
    assert.equal(withToken.length, 1);
    const [redemption] = withToken;
    assert.match(redemption.url, SIGNATURES);
    assert.ok(redemption.url.includes(slug) || redemption.url.includes(held.wanted.petition_id));
    assert.ok(holds(Buffer.from(header(redemption.headers, "authorization")), token));
    assert.ok(!holds(Buffer.concat([Buffer.from(redemption.url), redemption.body]), nonce));
    assert.ok(!holds(everythingIn(redemption), salt));
    for (const other of held.others) {
      assert.ok(!exchanges.some((exchange) => holds(everythingIn(exchange), tokenSecrets(other).nonce)));
    }

    const blinded = Buffer.from(run[0].blinded_msg, "base64url");
    assert.ok(exchanges.some((exchange) => holds(everythingIn(exchange), blinded)));
  }
});

test("the search finds a secret in every form, wherever it begins; the one for withdrawal keys finds one", () => {
  const secret = Buffer.from(Array.from({ length: 32 }, (_, index) => (index * 89 + 7) % 256));
  for (const offset of [0, 1, 2, 3]) {
    const inside = Buffer.concat([Buffer.alloc(offset, 0xaa), secret, Buffer.alloc(5, 0x55)]);
    const forms = [inside, ...["hex", "base64", "base64url"].map((form) => Buffer.from(inside.toString(form)))];
    forms.push(Buffer.from(encodeURIComponent(inside.toString("base64"))), Buffer.from(inside.toString("hex").toUpperCase()));
    for (const form of forms) {
      const around = Buffer.concat([Buffer.from('{"a":"'), form, Buffer.from('"}')]);
      assert.ok(holds(around, secret), `${offset}: ${around}`);
      assert.ok(!holds(around, Buffer.from(secret).reverse()));
    }
  }
  const nonce = createHash("sha256").update("undersign withdrawal v1").update(secret).digest();
  for (const form of ["hex", "base64", "base64url"]) {
    assert.ok(holdsWithdrawalKey(Buffer.from(`{"key":"${secret.toString(form)}"}`), [nonce]));
    assert.ok(!holdsWithdrawalKey(Buffer.from(`{"key":"${nonce.toString(form)}"}`), [nonce]));
  }
});

test("what the server learns of a bundle is the same for each petition of the run that is wanted", () => {
  const shapes = PETITIONS.map((slug) => {
    const { exchanges, run } = signings.get(slug);
    const asked = exchanges.filter((one) => one.method === "POST" && TOKENS.test(new URL(one.url).pathname));
    const [first] = asked;
    assert.ok(asked.every(({ body }) => body.equals(first.body)), "every repeat is the same request");
    const [verification] = exchanges.filter((one) => one.method === "POST" && VERIFICATION.test(new URL(one.url).pathname));
    const fields = JSON.parse(verification.body);
    return {
      run: run.map((element) => element.slug),
      tokens: { url: first.url, headers: first.headers, length: first.body.length, elements: elements(first.body) },
      verification: {
        url: verification.url,
        headers: verification.headers,
        length: verification.body.length,
        fields: Object.keys(fields),
        locale: fields.locale,
      },
    };
  });
  assert.equal(shapes[0].tokens.elements.length, PETITIONS.length);
  assert.deepEqual(shapes[1], shapes[0]);
  assert.deepEqual(shapes[2], shapes[0]);
  const bodies = PETITIONS.map((slug) => signings.get(slug).recorder.of("POST", TOKENS)[0].body);
  assert.ok(!bodies[0].equals(bodies[1]), "and yet they are different requests");
});

test("no request to another host", () => {
  assert.ok(all.length > 3 * 10);
  for (const { url } of all) assert.equal(new URL(url).host, demo.host, url);
  // Chromium asks its maker's autofill service about every form on the web, on its own account; no page can stop it.
  const ofThePage = (tunnel) => tunnel !== "content-autofill.googleapis.com:443";
  for (const { recorder } of signings.values()) assert.deepEqual(recorder.tunnels.filter(ofThePage), []);
});

test("no cookie in either direction, and no referrer", () => {
  for (const { url, headers, answerHeaders } of all) {
    assert.equal(header(headers, "cookie"), undefined, url);
    assert.equal(header(headers, "referer"), undefined, url);
    assert.equal(header(answerHeaders ?? [], "set-cookie"), undefined, url);
  }
});

test("a cookie that something else has put there goes with the page, but with none of the client's requests", async () => {
  const recorder = await record(demo.host);
  const context = await browser.profile({ proxy: recorder.proxy });
  await context.addCookies([{ name: "planted", value: "by-someone", url: demo.url }]);
  await person.sign(context, demo, PETITIONS[1]);
  await context.close();
  await recorder.stop();
  const withCookie = recorder.exchanges.filter(({ headers }) => header(headers, "cookie") !== undefined);
  assert.ok(withCookie.some(({ url }) => url === demo.page(PETITIONS[1])), "the browser sends it where nothing forbids it");
  assert.deepEqual(withCookie.filter(({ url }) => new URL(url).pathname.startsWith("/v1/")).map(({ url }) => url), []);
});

test("the redemption names nothing but the token: no credentials, no language, no time", () => {
  for (const { recorder } of signings.values()) {
    const [redemption] = recorder.of("POST", SIGNATURES);
    const own = redemption.headers.filter((_, at) => at % 2 === 0).map((name) => name.toLowerCase());
    assert.match(header(redemption.headers, "authorization"), /^PrivateToken token="[A-Za-z0-9_=-]+"$/);
    for (const name of ["cookie", "referer", "if-none-match", "if-modified-since", "x-requested-with"]) {
      assert.ok(!own.includes(name), name);
    }
    assert.equal(redemption.body.length, 0);
  }
});

test("the address is in the requests for the mail alone", () => {
  for (const { exchanges, address } of signings.values()) {
    const holders = exchanges.filter((exchange) => holds(everythingIn(exchange), Buffer.from(address)));
    assert.deepEqual(holders.map(({ url }) => new URL(url).pathname), ["/v1/email-verifications"]);
  }
});

/** Everything of a request that its receiver sees. */
function everythingIn({ method, url, headers, body }) {
  return Buffer.concat([Buffer.from(`${method} ${url}\n${headers.join("\n")}\n\n`, "latin1"), body]);
}

/** Whether any 32 bytes of what was sent, or of what it encodes, are the key that belongs to one of the nonces. */
function holdsWithdrawalKey(sent, nonces) {
  return decodings(sent).some((bytes) => {
    for (let at = 0; at + 32 <= bytes.length; at += 1) {
      const candidate = bytes.subarray(at, at + 32);
      if (nonces.some((nonce) => isWithdrawalKey(candidate, nonce))) return true;
    }
    return false;
  });
}

/** Type and truncated key id of each element of a batch (draft-ietf-privacypass-batched-tokens: a varint, then elements of 259). */
function elements(body) {
  const prefix = 1 << (body[0] >> 6);
  let length = BigInt(`0x${body.subarray(0, prefix).toString("hex")}`);
  length &= (1n << BigInt(8 * prefix - 2)) - 1n;
  assert.equal(Number(length), body.length - prefix);
  const found = [];
  for (let at = prefix; at < body.length; at += 259) found.push(body.subarray(at, at + 3).toString("hex"));
  assert.equal((body.length - prefix) % 259, 0);
  return found;
}
