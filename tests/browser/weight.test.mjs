// What a person loads before they can sign, on the wire: a number of bytes, the same on every machine that builds with the same compiler.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { after, test } from "node:test";

import { launch } from "./harness/browser.mjs";
import { PETITIONS, startDemo } from "./harness/demo.mjs";
import * as person from "./harness/signing.mjs";
import { weigh } from "./harness/weight.mjs";

const [demo, browser] = await Promise.all([startDemo(), launch()]);
after(() => Promise.all([demo.stop(), browser.close()]));

/** Of the finished standard library, where its source cannot be had, more is in the client package. */
const library = `${execFileSync("rustc", ["--print", "sysroot"], { encoding: "utf8" }).trim()}/lib/rustlib`;
const isFinished = existsSync(`${library}/wasm32-unknown-unknown`) && !existsSync(`${library}/src/rust/library/Cargo.lock`);
const MOST_TO_SIGN = isFinished ? 134_000 : 120_000;
const MOST_TO_READ = 24_000;
/** Of HTTP/1.1, where nothing shortens them. */
const MOST_HEADERS = 6_000;
/** What the client then fetches and checks: mostly the petition's text in all its languages. */
const MOST_TO_CHECK = 26_000;

test("a petition and all that signs it stay within their budget", async (test) => {
  const context = await browser.profile();
  const page = await context.newPage();
  const loaded = await weigh(page);
  await page.goto(demo.page(PETITIONS[0]), { waitUntil: "networkidle" });
  assert.ok(loaded.page > 10_000, "something was weighed");
  assert.ok(loaded.page <= MOST_TO_READ, `${loaded.page} bytes to read`);
  await person.begin(page);
  assert.ok(loaded.page > MOST_TO_READ, "the client was weighed");
  assert.ok(loaded.page <= MOST_TO_SIGN, `${loaded.page} bytes to sign`);
  assert.ok(loaded.headers > 1_000 && loaded.headers <= MOST_HEADERS, `${loaded.headers} bytes of headers`);
  assert.ok(loaded.documents > 10_000, "documents were weighed");
  assert.ok(loaded.documents <= MOST_TO_CHECK, `${loaded.documents} bytes to check`);
  test.diagnostic(`${loaded.page} bytes to sign, ${loaded.headers} of headers, and ${loaded.documents} of documents`);
  await context.close();
});
