// What leads people to a petition and on from it: sharing, feed, organiser, other petitions, and what other sites may show of it.

import assert from "node:assert/strict";
import { after, test } from "node:test";

import { launch, profileThatForbids } from "./harness/browser.mjs";
import { PETITIONS, startDemo } from "./harness/demo.mjs";
import { startElsewhere } from "./harness/elsewhere.mjs";
import { publish } from "./harness/organiser.mjs";
import * as person from "./harness/signing.mjs";

const [demo, browser] = await Promise.all([startDemo(), launch()]);
after(() => Promise.all([demo.stop(), browser.close()]));

const [SLUG] = PETITIONS;

/** The link that people pass on, as the server knows it. */
async function pinned(slug) {
  const { petition_id: id } = await (await fetch(`${demo.url}/v1/petitions/${slug}`)).json();
  return `${demo.url}/p/${slug}#${id}`;
}

test("without JavaScript a petition leads to its link, as text, as plain links and as a code, after a word about what sharing shows", async () => {
  const link = await pinned(SLUG);
  for (const [language, danger] of [["en", "Sharing shows"], ["ru", "Поделившись"]]) {
    const profile = await profileThatForbids("javascript");
    const page = await person.open(profile.context, demo.page(SLUG, language));
    await page.locator(`a[href="/${language}/p/${SLUG}/share"]`).last().click();
    assert.equal(await page.locator("#share-link").inputValue(), link);
    assert.ok((await page.locator(".note").innerText()).startsWith(danger));
    assert.equal(await page.locator("[data-copy]").isVisible(), false);
    const links = await page.locator(".links a").evaluateAll((all) => all.map((one) => one.href));
    assert.deepEqual(links.map((one) => new URL(one).protocol), ["https:", "https:", "mailto:"]);
    for (const one of links) assert.ok([...new URL(one).searchParams.values()].some((value) => value.includes(link)), one);
    await profile.remove();
  }
});

test("the code on the page is that of the link, and the button copies the link", async () => {
  const context = await browser.profile({ permissions: ["clipboard-read", "clipboard-write"] });
  const page = await person.open(context, `${demo.page(SLUG)}/share`);
  const shown = await page.locator(".qr path").getAttribute("d");
  const client = (await page.locator('script[src*="/share/"]').getAttribute("src")).replace("share/main.js", "client/undersign_qr.js");
  const drawn = await page.evaluate(async ([module, text]) => {
    const qr = await import(module);
    await qr.default();
    return qr.draw(text).path;
  }, [client, await pinned(SLUG)]);
  assert.equal(shown, drawn);
  await page.locator("[data-copy]").click();
  await page.locator("#copied").waitFor();
  assert.equal(await person.pasted(context), await pinned(SLUG));
  await context.close();
});

test("another site may show the badge and read the number, which are the total; it can read nothing else", async (t) => {
  const elsewhere = await startElsewhere("<h1>Elsewhere</h1>");
  t.after(() => elsewhere.stop());
  await person.sign(await browser.profile(), demo, PETITIONS[1], { only: true });
  const context = await browser.profile();
  const page = await person.open(context, elsewhere.url);
  const read = (path) => page.evaluate((url) => fetch(url).then((answer) => answer.json(), () => "refused"), demo.url + path);
  const { total } = await demo.tally(PETITIONS[1]);
  assert.ok(total > 0);
  assert.deepEqual(await read(`/v1/petitions/${PETITIONS[1]}/count`), { total, goal: 50 });
  for (const path of ["/v1/petitions", `/v1/petitions/${PETITIONS[1]}/total`, `/en/p/${PETITIONS[1]}`]) {
    assert.equal(await read(path), "refused", path);
  }
  const snippet = await (await person.open(context, `${demo.page(PETITIONS[1])}/share`)).locator("pre").nth(1).innerText();
  const requests = [];
  page.on("request", (request) => requests.push(request));
  await page.setContent(snippet);
  const picture = page.locator("img");
  await picture.scrollIntoViewIfNeeded();
  await page.waitForFunction(() => document.images[0]?.complete);
  assert.ok((await picture.evaluate((image) => image.naturalWidth)) > 50);
  assert.equal(await page.locator("a").getAttribute("href"), await pinned(PETITIONS[1]));
  assert.equal(await picture.getAttribute("alt"), await page.locator("a img").getAttribute("alt"));
  // One request, and it says nothing of where it comes from.
  assert.deepEqual(requests.map((request) => new URL(request.url()).pathname), [`/en/p/${PETITIONS[1]}/badge.svg`]);
  assert.equal((await requests[0].allHeaders()).referer ?? "", "");
  const badge = await (await fetch(requests[0].url())).text();
  assert.ok(badge.includes(`${total} of 50 signatures`), badge);
  assert.doesNotMatch(badge, /<script|href|url\(|@import|<style|<image/);
  await context.close();
});

test("the feed is XML with every notice, each with a date and an id of its own; the page leads to it", async () => {
  await publish(demo, "has-feed", { notices: [{}, { toml: 'kind = "answer"' }] });
  const context = await browser.profile();
  // Our pages' policy lets no script parse a text.
  const blank = await context.newPage();
  for (const [language, title] of [["en", "What happened, part"], ["ru", "Что произошло, часть"]]) {
    const page = await person.open(context, demo.page("has-feed", language));
    const path = await page.locator('link[type="application/atom+xml"]').getAttribute("href");
    assert.equal(await page.locator(`main a[href="${path}"]`).count(), 1);
    const answer = await fetch(demo.url + path);
    assert.equal(answer.headers.get("content-type"), "application/atom+xml; charset=utf-8");
    const feed = await blank.evaluate((text) => {
      const parsed = new DOMParser().parseFromString(text, "application/xml");
      const texts = (selector) => [...parsed.querySelectorAll(selector)].map((one) => one.textContent);
      return {
        error: parsed.querySelector("parsererror")?.textContent,
        root: parsed.documentElement.namespaceURI,
        titles: texts("entry > title"),
        updated: texts("updated"),
        ids: texts("id"),
        contents: texts("content"),
      };
    }, await answer.text());
    assert.equal(feed.error, undefined);
    assert.equal(feed.root, "http://www.w3.org/2005/Atom");
    assert.deepEqual([...feed.titles].sort().reverse(), [2, 1].map((number) => `${title} ${number}`));
    assert.equal(new Set(feed.ids).size, 3);
    for (const at of feed.updated) assert.ok(Date.parse(at) > 0, at);
    for (const content of feed.contents) assert.ok(content.includes("<strong>") && content.includes("<li>"), content);
  }
  await context.close();
});

test("an organiser's page has the petitions of that key alone; a petition leads to it and to other open ones with their count", async () => {
  const context = await browser.profile();
  const page = await person.open(context, demo.page(PETITIONS[2]));
  const beside = await page.locator(".beside li").allInnerTexts();
  assert.ok(beside.length >= 2 && beside.length <= 3, beside.join());
  for (const line of beside) assert.match(line, /\d+ of [\d,]+ signatures/);
  const { manifest } = await (await fetch(`${demo.url}/v1/petitions/${PETITIONS[2]}`)).json();
  await page.locator('main a[href*="/o/"]').click();
  assert.equal(new URL(page.url()).pathname, `/en/o/${manifest.organiser.public_key}`);
  assert.equal(await page.locator("h1").innerText(), manifest.organiser.name.en);
  const slugs = await page.locator(".card h2 a").evaluateAll((all) => all.map((one) => one.pathname.split("/").at(-1)));
  const list = await (await fetch(`${demo.url}/v1/petitions`)).json();
  const theirs = [];
  for (const { slug } of list.petitions) {
    const other = await (await fetch(`${demo.url}/v1/petitions/${slug}`)).json();
    if (other.manifest.organiser.public_key === manifest.organiser.public_key) theirs.push(slug);
  }
  assert.deepEqual(slugs.sort(), theirs.sort());
  const nobody = await page.goto(`${demo.url}/en/o/${"A".repeat(43)}`);
  assert.equal(nobody.status(), 404);
  await context.close();
});

test("what a messenger reads of a link is the title and the summary, and no address that would lose the pin", async () => {
  const context = await browser.profile();
  const page = await person.open(context, demo.page(SLUG, "ru"));
  const { manifest } = await (await fetch(`${demo.url}/v1/petitions/${SLUG}`)).json();
  const said = (name) => page.locator(`meta[property="og:${name}"]`).getAttribute("content");
  assert.deepEqual([await said("title"), await said("description")], [manifest.texts.ru.title, manifest.texts.ru.summary]);
  assert.equal(await page.locator('meta[property="og:url"], link[rel="canonical"]').count(), 0);
  await context.close();
});
