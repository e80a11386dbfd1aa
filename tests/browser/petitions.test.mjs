// Petitions with other rules than the demo's: tokens that wait for another day; not open yet, not open any more, closing meanwhile.

import assert from "node:assert/strict";
import { after, test } from "node:test";

import { launch, profileThatForbids } from "./harness/browser.mjs";
import { PETITIONS, startDemo } from "./harness/demo.mjs";
import { publish } from "./harness/organiser.mjs";
import { until } from "./harness/patience.mjs";
import * as person from "./harness/signing.mjs";
import { NOTHING, everythingStored } from "./harness/stored.mjs";

const [demo, browser] = await Promise.all([startDemo(), launch()]);
after(() => Promise.all([demo.stop(), browser.close()]));

/** Signs on a page whose clock the test moves, up to the panel that says when the signature is handed in. */
async function untilItWaits(context, slug) {
  const page = await context.newPage();
  await page.clock.install();
  await page.goto(demo.page(slug));
  const address = demo.newAddress();
  await person.begin(page, { only: true });
  await person.enterAddress(page, address);
  await person.enterCode(page, (await demo.mailbox.first(address)).code);
  await person.seePanel(page, "holding");
  return page;
}

test("a token that waits: the page says until when, is closed and opened again, and hands it in then", async () => {
  await publish(demo, "waits", { redemption: 'rule = "next_epoch"\nepoch = 60' });
  const context = await browser.profile();
  const page = await untilItWaits(context, "waits");
  const at = Date.parse(await page.locator("[data-redeem-at]").getAttribute("datetime"));
  assert.ok(at > Date.now() && at < Date.now() + 125_000);
  const redemptions = [];
  context.on("request", (request) => request.url().endsWith("/signatures") && redemptions.push(request.url()));
  await page.close();

  const again = await context.newPage();
  await again.clock.install();
  await again.goto(demo.page("waits"));
  await person.seePanel(again, "holding");
  assert.equal(Date.parse(await again.locator("[data-redeem-at]").getAttribute("datetime")), at);
  assert.deepEqual(redemptions, []);
  await again.clock.fastForward(at - Date.now() + 1_000);
  await person.seePanel(again, "done");
  assert.equal((await demo.tallyOf("waits", 1)).total, 1);
  assert.deepEqual(await everythingStored(again), NOTHING);
  await context.close();
});

test("a token that waits is forgotten on request", async () => {
  await publish(demo, "waits-long", { redemption: 'rule = "next_epoch"\nepoch = 86400' });
  const context = await browser.profile();
  const page = await untilItWaits(context, "waits-long");
  await page.locator('[data-panel="holding"] summary').click();
  await page.locator('[data-panel="holding"] [data-forget]').click();
  await person.seePanel(page, "begin");
  await person.seeMessage(page, "forgotten");
  assert.deepEqual(await everythingStored(page), NOTHING);
  await context.close();
});

test("a petition that opens later says when", async () => {
  await publish(demo, "announced", { opens: 40 * 86_400, closes: 80 * 86_400 });
  const context = await browser.profile();
  const page = await person.open(context, demo.page("announced"));
  await person.seePanel(page, "not-open");
  const year = new Date(Date.now() + 40 * 86_400_000).getFullYear();
  assert.match(await page.locator('[data-panel="not-open"]').innerText(), new RegExp(String(year)));
  await context.close();
});

test("a petition closes: an open page says so, a page that is opened then too, and a signature that was handed in stays", async () => {
  const { slug, closes, late, page, mail } = await waitingForTheClose();
  await until("the close", () => Date.now() > closes + 1_000, { timeout: 600_000 });
  await late.locator("#begin-button").click();
  await person.seeMessage(late, "not-open");
  await person.enterCode(page, mail.code);
  await person.seePanel(page, "stopped");
  assert.match((await person.seen(page)).message, /^(closed|token-request-not-valid)$/);
  assert.deepEqual(await everythingStored(page), NOTHING);

  await late.reload();
  await person.seePanel(late, "not-open");
  assert.equal(await late.locator("#count").innerText(), "1");
  assert.equal((await demo.tally(slug)).total, 1);
});

test("notices are read without JavaScript, newest first, in the reader's language, and a close ends signing", async () => {
  await publish(demo, "has-news", { grace: 0, notices: [{}, { toml: 'kind = "answer"' }, { command: "close" }] });
  for (const [language, title, kind] of [
    ["en", "What happened, part", "Closes earlier"],
    ["ru", "Что произошло, часть", "Закрывается раньше"],
  ]) {
    const profile = await profileThatForbids("javascript");
    const page = await person.open(profile.context, demo.page("has-news", language));
    const titles = await page.locator(".news h3").allInnerTexts();
    assert.deepEqual([...titles].sort().reverse(), [3, 2, 1].map((number) => `${title} ${number}`));
    assert.ok((await page.locator(".news time").first().getAttribute("datetime")).startsWith("20"));
    assert.ok((await page.locator(".news").innerText()).includes(kind));
    await profile.remove();
  }
  const context = await browser.profile();
  await person.seePanel(await person.open(context, demo.page("has-news")), "not-open");
  await context.close();
});

test("a text that was taken down is not shown; its reason and its total are", async () => {
  await publish(demo, "down", { notices: [{ toml: 'kind = "take_down"' }] });
  const context = await browser.profile();
  const page = await person.open(context, demo.page("down"));
  assert.equal(await page.locator(".news h3").innerText(), "What happened, part 1");
  assert.equal(await page.locator("#count").innerText(), "0");
  assert.equal(await page.locator(".petition-text, #begin-button").count(), 0);
  await context.close();
});

test("a petition that is not there gets a readable page in the language asked for, and a way to the list", async () => {
  for (const [path, language] of [["/en/p/nothing-here", "en"], ["/ru/p/nothing-here", "ru"]]) {
    const context = await browser.profile();
    const page = await context.newPage();
    const answer = await page.goto(demo.url + path);
    assert.equal(answer.status(), 404);
    assert.equal(await page.locator("html").getAttribute("lang"), language);
    await page.locator(`main a[href="/${language}/"]`).first().click();
    await page.locator(`a[href$="/p/${PETITIONS[0]}"]`).first().waitFor();
    await context.close();
  }
});

/** A petition with one signature, a page that has only just opened it, and one that waits for a mail; all of it before the close. */
async function waitingForTheClose() {
  // However slow the machine is, one of these is long enough for it.
  for (const seconds of [15, 60, 240]) {
    const closes = Date.now() + 1_000 * seconds;
    const slug = `closes-${seconds}`;
    await publish(demo, slug, { closes: seconds });
    const late = await person.open(await browser.profile(), demo.page(slug));
    await person.seePanel(late, "begin");
    const context = await browser.profile();
    const address = demo.newAddress();
    try {
      await person.sign(context, demo, slug, { only: true });
      const page = await person.open(context, demo.page(slug));
      await person.begin(page, { only: true });
      await person.enterAddress(page, address);
      const mail = await demo.mailbox.first(address);
      if (Date.now() < closes) return { slug, closes, late, page, mail };
    } catch (error) {
      if (Date.now() < closes) throw error;
    }
  }
  throw new Error("four minutes were not enough for one signature");
}
