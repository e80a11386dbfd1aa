// Browsers that are not what one hopes for: without storage, without WebAssembly, without JavaScript, inside another app.

import assert from "node:assert/strict";
import { cp } from "node:fs/promises";
import { after, test } from "node:test";

import { launch, profileThatForbids } from "./harness/browser.mjs";
import { PETITIONS, startDemo } from "./harness/demo.mjs";
import { CLIENT, folder, remove } from "./harness/places.mjs";
import * as person from "./harness/signing.mjs";

const [demo, withoutClient, browser] = await Promise.all([startDemo(), startDemo({ client: false }), launch()]);
after(() => Promise.all([demo.stop(), withoutClient.stop(), browser.close()]));

const [SLUG] = PETITIONS;

test("where the browser's settings forbid storage, the page says so before it begins, and signs if it is kept open", async (t) => {
  const profile = await profileThatForbids("cookies");
  t.after(() => profile.remove());

  const { total } = await demo.tally(SLUG);
  const page = await person.open(profile.context, demo.page(SLUG));
  await person.seePanel(page, "begin");
  await person.seeMessage(page, "storage-blocked");
  assert.equal(await page.evaluate(() => new Promise((resolve) => {
    try {
      const request = indexedDB.open("control");
      request.onsuccess = () => resolve("allowed");
      request.onerror = () => resolve("refused");
    } catch {
      resolve("refused");
    }
  })), "refused");
  await person.sign(profile.context, demo, SLUG);
  assert.equal((await demo.tally(SLUG)).total, total + 1);

  const again = await person.open(profile.context, demo.page(SLUG));
  await person.begin(again);
  await again.reload();
  await person.seePanel(again, "begin");
  await person.seeMessage(again, "storage-blocked");
});

const IN_APP = {
  "Telegram on Android": "Mozilla/5.0 (Linux; Android 14; Pixel 7 Build/AP1A.240505.004; wv) AppleWebKit/537.36 (KHTML, like Gecko) "
    + "Version/4.0 Chrome/126.0.6478.71 Mobile Safari/537.36 Telegram-Android/10.14.5 (Google Pixel 7; Android 14; SDK 34; HIGH)",
  "Instagram on an iPhone": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    + "Mobile/15E148 Instagram 337.0.0.31.111 (iPhone13,2; iOS 17_5; ru_RU; ru; scale=3.00; 1170x2532; 611412345)",
  "any app's window on Android": "Mozilla/5.0 (Linux; Android 13; SM-A536B; wv) AppleWebKit/537.36 (KHTML, like Gecko) "
    + "Version/4.0 Chrome/126.0.0.0 Mobile Safari/537.36",
};

for (const [app, userAgent] of Object.entries(IN_APP)) {
  test(`${app}: the page asks to be opened in the browser before it asks for anything else, and can go on`, async () => {
    const context = await browser.profile({ userAgent, permissions: ["clipboard-read", "clipboard-write"] });
    const page = await person.open(context, demo.page(SLUG));
    await person.seePanel(page, "in-app");
    const link = await page.locator("#link").inputValue();
    assert.match(link, new RegExp(`^${demo.url}/.*p/${SLUG}#[A-Za-z0-9_-]{43}$`));
    await page.locator("#copy-link").click();
    await person.seeMessage(page, "copied");
    assert.equal(await person.pasted(context), link);
    await page.locator("#continue-here").click();
    await person.begin(page);
    await context.close();
  });
}

test("a phone's usual browsers are not taken for apps", async () => {
  const usual = [
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Android 14; Mobile; rv:127.0) Gecko/127.0 Firefox/127.0",
    "Mozilla/5.0 (Linux; arm_64; Android 13; SM-G991B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.6367.118 YaBrowser/24.4.3.118.00 "
      + "SA/3 Mobile Safari/537.36",
  ];
  for (const userAgent of usual) {
    const context = await browser.profile({ userAgent });
    const page = await person.open(context, demo.page(SLUG));
    await page.locator("#begin-button").click();
    await person.seePanel(page, "address");
    await context.close();
  }
});

test("where the browser has no WebAssembly and the server nothing in its place, the page says so and leads to the command line", async (t) => {
  // As the package is where it was built without Node.js.
  const client = await folder("client");
  await cp(CLIENT, client, { recursive: true, filter: (path) => !path.includes("_fallback") });
  // No compiling at run time, as browsers have it in their strictest mode; WebAssembly goes with it.
  const [old, demo] = await Promise.all([launch({ flags: ["--js-flags=--jitless"] }), startDemo({ client })]);
  t.after(() => Promise.all([old.close(), demo.stop(), remove(client)]));
  const page = await person.open(await old.profile(), demo.page(SLUG));
  assert.equal(await page.evaluate(() => typeof WebAssembly), "undefined");
  await person.seePanel(page, "unsupported");
  await commandLineIsThere(page);
  const usual = await person.open(await browser.profile(), demo.page(SLUG));
  await person.seePanel(usual, "begin");
});

test("a browser that has no storage at all is too old, and the page says so", async () => {
  const context = await browser.profile();
  await context.addInitScript(() => delete window.indexedDB);
  const page = await person.open(context, demo.page(SLUG));
  await person.seePanel(page, "unsupported");
  await commandLineIsThere(page);
  await context.close();
});

test("where the server has no client package, the petition is read and signed from the command line", async () => {
  const context = await browser.profile();
  const page = await person.open(context, withoutClient.page(SLUG));
  await person.seePanel(page, "no-client");
  await commandLineIsThere(page);
  await context.close();
});

for (const language of ["en", "ru"]) {
  test(`without JavaScript everything is read, the count included, and the page says how to sign (${language})`, async () => {
    const context = await browser.profile({ javaScriptEnabled: false });
    const page = await person.open(context, demo.page(SLUG, language));
    const { manifest } = await (await fetch(`${demo.url}/v1/petitions/${SLUG}`)).json();
    const text = manifest.texts[language];
    const shown = squeezed(await page.locator("main").innerText());
    for (const part of [text.title, text.summary, ...text.demands, ...paragraphs(text.body), ...paragraphs(text.help)]) {
      assert.ok(shown.includes(squeezed(part)), part);
    }
    for (const { name, reason } of manifest.addressees) {
      assert.ok(shown.includes(squeezed(name[language])));
      assert.ok(shown.includes(squeezed(reason[language])));
    }
    assert.ok(shown.includes(squeezed(manifest.organiser.name[language])));
    for (const { question, answer } of text.faq) {
      const one = page.locator("details", { hasText: question }).first();
      await one.locator("summary").click();
      for (const part of paragraphs(answer)) assert.ok(squeezed(await one.innerText()).includes(squeezed(part)), part);
    }
    assert.equal(await page.locator("#count").innerText(), String((await demo.tally(SLUG)).total));
    await commandLineIsThere(page);
    assert.equal(await page.locator("noscript").isVisible(), true);
    await context.close();
  });
}

test("without JavaScript the button leads to the other ways of signing, and the list leads to each petition", async () => {
  const context = await browser.profile({ javaScriptEnabled: false });
  const page = await person.open(context, `${demo.url}/en/`);
  for (const slug of PETITIONS) assert.ok(await page.locator(`a[href$="/p/${slug}"]`).first().isVisible());
  await page.locator(`a[href$="/p/${SLUG}"]`).first().click();
  await page.locator("#begin-button").click();
  assert.equal(new URL(page.url()).hash, "#other-ways");
  await context.close();
});

/** The command that signs, with the pinned link. */
async function commandLineIsThere(page) {
  const ways = page.locator("#other-ways");
  if (!(await ways.locator("pre").isVisible())) await ways.locator("summary").click();
  assert.match(await ways.locator("pre").innerText(), /undersign sign 'http\S+\/p\/[a-z0-9-]+#[A-Za-z0-9_-]{43}'/);
}

/** Paragraphs and points of a text in Markdown, as far as they are plain. */
function paragraphs(markdown) {
  return markdown.split(/\n\s*\n|\n(?=[-*] )/).map((part) => part.replace(/^(#+|[-*]|\d+\.) /, "")).filter((part) => !/[[*_`<]/.test(part));
}

function squeezed(text) {
  return text.replace(/\s+/g, " ").trim();
}
