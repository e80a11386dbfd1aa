// Leaving at once, and leaving nothing behind.

import assert from "node:assert/strict";
import { after, test } from "node:test";

import { launch, profileThatForbids } from "./harness/browser.mjs";
import { PETITIONS, startDemo } from "./harness/demo.mjs";
import { startElsewhere } from "./harness/elsewhere.mjs";
import { until } from "./harness/patience.mjs";
import * as person from "./harness/signing.mjs";
import { STEPS } from "./harness/steps.mjs";
import { NOTHING, everythingStored } from "./harness/stored.mjs";

const [demo, browser] = await Promise.all([startDemo(), launch()]);
after(() => Promise.all([demo.stop(), browser.close()]));

const [SLUG] = PETITIONS;
const HARMLESS = "https://www.wikipedia.org/";
const PAGES = ["/", `/p/${SLUG}`, `/p/${SLUG}/share`, `/p/${SLUG}/verify`, `/p/${SLUG}/withdraw`, "/safety", "/forget", "/p/not-here"];

/** A harmless site that is there at once. */
async function withHarmlessSite(context) {
  await context.route(`${HARMLESS}**`, (route) => route.fulfill({ contentType: "text/html", body: "<h1>Harmless</h1>" }));
}

for (const [how, leave] of [
  ["by the link", (page) => page.locator("a.exit").click()],
  ["by Escape, three times", async (page) => {
    for (let press = 0; press < 3; press += 1) await page.keyboard.press("Escape");
  }],
]) {
  test(`a signing is left ${how}: the harmless site takes the page's place, and "back" does not lead to it`, async () => {
    const context = await browser.profile();
    await withHarmlessSite(context);
    const { page } = await STEPS["address sent"](context, demo, SLUG);
    await page.locator("#code").focus();
    await leave(page);
    await page.waitForURL(HARMLESS);
    await page.goBack();
    assert.equal(page.url(), "about:blank");
    // What was begun is not lost by it.
    const again = await person.open(context, demo.page(SLUG));
    await person.seePanel(again, "waiting");
    await context.close();
  });
}

test("the page is blank at once, however long the other site takes", async () => {
  const context = await browser.profile();
  // The other site is on its way until the test lets it come.
  let come;
  const coming = new Promise((resolve) => (come = resolve));
  await context.route(`${HARMLESS}**`, async (route) => {
    await coming;
    await route.fulfill({ contentType: "text/html", body: "<h1>Harmless</h1>" });
  });
  const page = await person.open(context, demo.page(SLUG));
  await person.seePanel(page, "begin");
  const seen = await page.evaluate(() => {
    /** @type {HTMLElement} */ (document.querySelector("a.exit")).click();
    return { isRead: /** @type {Element} */ (document.querySelector("h1")).checkVisibility(), title: document.title };
  });
  assert.deepEqual(seen, { isRead: false, title: "…" });
  come();
  await page.waitForURL(HARMLESS);
  await context.close();
});

test("Escape pressed once or twice, or slowly, leaves nothing", async () => {
  const context = await browser.profile();
  await withHarmlessSite(context);
  const page = await context.newPage();
  await page.goto(demo.page(SLUG));
  await person.seePanel(page, "begin");
  // The keys with the times that a person's would have.
  await page.evaluate(() => {
    for (const timeStamp of [1_000, 1_100, 9_000]) {
      const event = new KeyboardEvent("keydown", { key: "Escape", bubbles: true });
      Object.defineProperty(event, "timeStamp", { value: timeStamp });
      document.body.dispatchEvent(event);
    }
  });
  assert.ok(await page.locator("h1").isVisible());
  await context.close();
});

test("without JavaScript every page has the link, first for the keyboard, and it leads away without a referrer", async () => {
  const profile = await profileThatForbids("javascript");
  await withHarmlessSite(profile.context);
  for (const path of PAGES) {
    const page = await person.open(profile.context, `${demo.url}/en${path}`);
    await page.keyboard.press("Tab");
    assert.equal(await page.locator("a.exit:focus").count(), 1, path);
    const [request] = await Promise.all([page.waitForRequest(HARMLESS), page.keyboard.press("Enter")]);
    assert.equal((await request.allHeaders()).referer ?? "", "", path);
    await page.close();
  }
  await profile.remove();
});

test("no page stays in a cache, and every page leads to forgetting and to what is not protected", async () => {
  for (const path of PAGES) {
    const answer = await fetch(`${demo.url}/en${path}`);
    assert.equal(answer.headers.get("cache-control"), "no-store", path);
    const html = await answer.text();
    for (const link of ["/en/forget", "/en/safety"]) assert.ok(html.includes(`href="${link}"`), `${path} ${link}`);
  }
});

test("everything is forgotten at a press, in every tab, from any page", async () => {
  const context = await browser.profile();
  const { page } = await STEPS["address sent"](context, demo, SLUG);
  const second = await person.open(context, `${demo.url}/en/`);
  await second.locator('a[href="/en/forget"]').first().click();
  assert.equal((await everythingStored(second)).databases.length, 1, "the control: there is something to forget");
  await second.locator("#forget-everything button").click();
  await second.getByRole("heading", { name: "Forgotten" }).waitFor();
  assert.deepEqual(await everythingStored(second), NOTHING);
  await person.seeMessage(page, "elsewhere");
  await page.reload();
  await person.seePanel(page, "begin");
  await context.close();
});

test("the browser wipes by itself what no script has wiped", async () => {
  const context = await browser.profile();
  const { page } = await STEPS.begun(context, demo, SLUG);
  await page.goto(`${demo.url}/en/forget`);
  // As without JavaScript: the form alone.
  await page.evaluate(() => HTMLFormElement.prototype.submit.call(document.getElementById("forget-everything")));
  await page.getByRole("heading", { name: "Forgotten" }).waitFor();
  await until("an empty storage", async () => (await everythingStored(page)).databases.length === 0);
  await context.close();
});

test("another site's form wipes nothing: it gets the question", async (t) => {
  const elsewhere = await startElsewhere(`<form method="post" action="${demo.url}/en/forget"><button>A prize</button></form>`);
  t.after(() => elsewhere.stop());
  const context = await browser.profile();
  const { page } = await STEPS.begun(context, demo, SLUG);
  const other = await person.open(context, elsewhere.url);
  await other.locator("button").click();
  await other.locator("#forget-everything").waitFor();
  await page.reload();
  await person.seePanel(page, "address");
  await context.close();
});
