// Every page and every state of the signing, each reached as people reach it. A scene goes through some of them, one after the
// other, and shows each: `yield [name, page]`. While whoever looks is looking, nothing goes on.

import { launch, profileThatForbids } from "./browser.mjs";
import { PETITIONS, startDemo } from "./demo.mjs";
import { day, publish } from "./organiser.mjs";
import { until } from "./patience.mjs";
import { startRelayed } from "./relays.mjs";
import * as person from "./signing.mjs";
import { startTwoHosts } from "./two_hosts.mjs";

const [SLUG] = PETITIONS;
const TELEGRAM = "Mozilla/5.0 (Linux; Android 14; Pixel 7; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/126.0.0.0 "
  + "Mobile Safari/537.36 Telegram-Android/10.14.5";
const EARLIER = `kind = "earlier_total"
count = 2984
counted_on = "${day(-60)}"
source = { en = "On paper, in three towns", ru = "На бумаге, в трёх городах" }`;
const PAUSED = `read_only = true
[banner]
level = "warning"
en = "We move to another machine until noon, UTC. Nothing is lost."
ru = "До полудня по UTC мы переезжаем на другую машину. Ничего не потеряно."
`;

/** The servers and browsers that the scenes play in. */
export async function stage() {
  const [demo, bare, browser] = await Promise.all([startDemo(), startDemo({ client: false }), launch()]);
  await publish(demo, "opens-later", { opens: 40 * 86_400, closes: 80 * 86_400 });
  await publish(demo, "waits-a-day", { redemption: 'rule = "next_epoch"\nepoch = 86400' });
  await publish(demo, "may-wait", { maxWait: 86_400 });
  await publish(demo, "has-news", {
    notices: [{}, { toml: 'kind = "delivery"' }, { toml: `kind = "correction"\nreplaced_by = "${"A".repeat(43)}"` }],
  });
  await publish(demo, "handed-over", {
    notices: [
      { command: "earlier-total", toml: EARLIER },
      { command: "deliver", toml: `kind = "delivery"\naddressees = [1]\non = "${day(-40)}"\nanswer_until = "${day(-10)}"` },
      { command: "deliver", toml: `kind = "delivery"\naddressees = [2]\non = "${day(-30)}"\nanswer_until = "${day(-5)}"` },
      { command: "answer", toml: `kind = "answer"\naddressees = [2]\non = "${day(-6)}"` },
    ],
  });
  // A colour that no text could be read in, in either scheme.
  await publish(demo, "own-colour", { accent: "#ffee00" });
  await publish(demo, "is-closed", { grace: 0, notices: [{ command: "close" }] });
  await publish(demo, "taken-down", { notices: [{ toml: 'kind = "take_down"' }] });
  const strike = () => Promise.all([demo, bare].map((server) => server.stop()).concat([browser.close()]));
  return { demo, bare, browser, strike };
}

export const SCENES = {
  async *reading({ demo, bare, browser, language }) {
    const context = await browser.profile();
    yield ["list", await person.open(context, `${demo.url}/${language}/`)];
    const petition = await person.open(context, demo.page(SLUG, language));
    await person.seePanel(petition, "begin");
    yield ["petition", petition];
    for (const summary of await petition.locator("main summary:visible").all()) await summary.click();
    yield ["petition-unfolded", petition];
    yield ["petition-not-open", await person.open(context, demo.page("opens-later", language))];
    yield ["petition-news", await person.open(context, demo.page("has-news", language))];
    yield ["petition-handed-over", await person.open(context, demo.page("handed-over", language))];
    yield ["petition-closed", await person.open(context, demo.page("is-closed", language))];
    yield ["petition-taken-down", await person.open(context, demo.page("taken-down", language))];
    yield ["petition-no-client", await person.open(context, bare.page(SLUG, language))];
    const organiser = await petition.locator('main a[href*="/o/"]').getAttribute("href");
    yield ["organiser", await person.open(context, demo.url + organiser)];
    yield ["share", await person.open(context, `${demo.page(SLUG, language)}/share`)];
    yield ["safety", await person.open(context, `${demo.url}/${language}/safety`)];
    const forget = await person.open(context, `${demo.url}/${language}/forget`);
    yield ["forget", forget];
    await forget.locator("#forget-everything button").click();
    await forget.locator("#forget-everything").waitFor({ state: "detached" });
    yield ["forget-done", forget];
    yield ["petition-own-colour", await person.open(context, demo.page("own-colour", language))];
    yield ["not-found", await person.open(context, demo.page("not-here", language))];
    await context.close();

    const without = await profileThatForbids("javascript");
    yield ["petition-no-javascript", await person.open(without.context, demo.page(SLUG, language))];
    await without.remove();

    const old = await browser.profile();
    await old.addInitScript(() => delete window.indexedDB);
    const unsupported = await person.open(old, demo.page(SLUG, language));
    await person.seePanel(unsupported, "unsupported");
    yield ["petition-unsupported", unsupported];
    await old.close();
  },

  async *elsewhere({ demo, browser, language }) {
    const inApp = await browser.profile({ userAgent: TELEGRAM });
    const page = await person.open(inApp, demo.page(SLUG, language));
    await person.seePanel(page, "in-app");
    yield ["in-app", page];
    await inApp.close();

    const blocked = await profileThatForbids("cookies");
    const begin = await person.open(blocked.context, demo.page(SLUG, language));
    await person.seeMessage(begin, "storage-blocked");
    yield ["begin-storage-blocked", begin];
    await blocked.remove();
  },

  async *mail({ demo, browser, language }) {
    const context = await browser.profile();
    const page = await context.newPage();
    await page.clock.install();
    await page.goto(demo.page(SLUG, language));
    await person.begin(page);
    yield ["address", page];
    await page.locator("#email").fill("nobody");
    await page.locator("#send-mail").click();
    await person.seeMessage(page, "address-not-valid");
    yield ["address-not-valid", page];
    await page.locator("#email").fill("somebody@mail.ru");
    await page.locator("#address-form [data-domains]:visible").waitFor();
    yield ["address-advice", page];
    await page.locator("#email").fill("somebody@gmial.com");
    await page.locator("#send-mail").click();
    await person.seeMessage(page, "suggestion");
    yield ["address-suggestion", page];
    await person.enterAddress(page, demo.newAddress());
    yield ["waiting", page];
    await person.enterCode(page, "0000-0000");
    await person.seeMessage(page, "wrong-code");
    yield ["waiting-wrong-code", page];
    await page.clock.fastForward(190_000);
    await page.locator('[data-after="180"]').waitFor();
    yield ["waiting-late", page];
    await page.locator('[data-panel="waiting"] summary').click();
    yield ["waiting-forget", page];
    await page.locator("#another-address").click();
    await person.seePanel(page, "address");
    yield ["another-address", page];
    // Work is asked for, and never done.
    const problem = { type: "urn:undersign:problem:proof-required", title: "Work first.", status: 429 };
    const required = { status: 429, contentType: "application/problem+json", body: JSON.stringify(problem) };
    await context.route("**/v1/email-verifications", (route) => route.fulfill(required));
    await context.route("**/undersign_proof.js", () => {});
    await page.locator("#email").fill(demo.newAddress());
    await page.locator("#send-mail").click();
    await page.locator("#please-wait").waitFor();
    yield ["working", page];
    await context.close();
  },

  async *confirm({ demo, browser, language }) {
    const context = await browser.profile({ locale: language });
    const page = await person.open(context, demo.page(SLUG, language));
    const address = demo.newAddress();
    await person.begin(page);
    await person.enterAddress(page, address);
    const { link } = await demo.mailbox.first(address);
    const same = await person.open(context, link);
    await same.locator("#back").waitFor();
    yield ["confirm-same-browser", same];
    await same.close();

    const elsewhere = await browser.profile({ locale: language });
    const confirm = await person.open(elsewhere, link);
    yield ["confirm", confirm];
    const check = await person.checkNumber(page);
    const wrong = String((Number(check) + 1) % 100).padStart(2, "0");
    await confirm.locator("#check").fill(wrong);
    await confirm.locator("#confirm-form [type=submit]").click();
    await confirm.locator('body[data-step="ask"] [role="alert"]').waitFor();
    yield ["confirm-wrong-number", confirm];
    yield ["confirm-done", await person.openLink(elsewhere, link, check)];
    const over = await person.open(elsewhere, link.slice(0, -9));
    if (await over.locator("#check").isVisible()) {
      await over.locator("#check").fill(check);
      await over.locator("#confirm-form [type=submit]").click();
    }
    await over.locator('body[data-step="over"]').waitFor();
    yield ["confirm-over", over];
    await elsewhere.close();
    await context.close();
  },

  async *signature({ demo, browser, language }) {
    const context = await browser.profile();
    const handing = await hold(context, "**/v1/petitions/*/signatures");
    const watching = await hold(context, "**/v1/petitions/*/total");
    const page = await person.open(context, demo.page(SLUG, language));
    const address = demo.newAddress();
    await person.begin(page);
    await person.enterAddress(page, address);
    const mail = await demo.mailbox.first(address);
    await person.enterCode(page, mail.code);
    await person.seePanel(page, "handing-in");
    yield ["handing-in", page];
    await handing.lose();
    await person.seeMessage(page, "network");
    yield ["handing-in-no-network", page];
    await handing.letGo();
    await person.seePanel(page, "done");
    yield ["done", page];
    await watching.letGo();
    await person.seeCounted(page);
    await page.locator("#others button").first().click();
    await page.locator("#others [data-signed]").first().waitFor();
    yield ["done-counted", page];
    await page.locator(".receipt-choice summary").click();
    yield ["receipt-choice", page];
    await page.locator("#receipt-show").click();
    await page.locator("#receipt-qr svg").waitFor();
    yield ["receipt", page];

    const again = await person.open(context, demo.page(SLUG, language));
    await person.begin(again);
    await person.enterAddress(again, address);
    await person.enterCode(again, (await demo.mailbox.next(address, mail)).code);
    await person.seeMessage(again, "already-issued");
    yield ["stopped", again];
    await context.close();
  },

  async *withdrawal({ demo, bare, browser, language }) {
    const context = await browser.profile();
    const text = await person.showReceipt(await person.sign(context, demo, SLUG));
    const page = await person.open(context, `${demo.page(SLUG, language)}/withdraw`);
    await person.seePanel(page, "give");
    yield ["give", page];
    await person.give(page, { text: text.slice(0, -40) });
    await person.seeMessage(page, "receipt");
    yield ["give-not-complete", page];
    await person.give(page, { text });
    await person.seePanel(page, "sure");
    yield ["sure", page];
    await page.locator("#withdraw-button").click();
    await person.seePanel(page, "withdrawn");
    yield ["withdrawn", page];
    yield ["over", await person.open(context, `${demo.page("opens-later", language)}/withdraw`)];
    yield ["no-client", await person.open(context, `${bare.page(SLUG, language)}/withdraw`)];
    await context.close();

    const without = await profileThatForbids("javascript");
    yield ["withdraw-no-javascript", await person.open(without.context, `${demo.page(SLUG, language)}/withdraw`)];
    await without.remove();
  },

  async *verifying({ demo, bare, browser, language }) {
    const context = await browser.profile();
    await person.sign(context, demo, SLUG);
    const tiles = await hold(context, "**/log/tile/**");
    const page = await person.open(context, `${demo.page(SLUG, language)}/verify`);
    await person.seePanel(page, "begin");
    yield ["verify", page];
    await page.locator("#recount").click();
    await person.seePanel(page, "running");
    yield ["verify-running", page];
    await tiles.letGo();
    await person.seePanel(page, "confirmed");
    yield ["verify-confirmed", page];
    await context.route("**/log/tile/**", async (route) => {
      const body = await (await route.fetch()).body();
      await route.fulfill({ body: body.subarray(0, -1) });
    });
    await page.locator('[data-panel="confirmed"] [data-again]').click();
    await person.seePanel(page, "failed");
    yield ["verify-failed", page];
    yield ["verify-no-client", await person.open(context, `${bare.page(SLUG, language)}/verify`)];
    await context.close();

    const without = await profileThatForbids("javascript");
    yield ["verify-no-javascript", await person.open(without.context, `${demo.page(SLUG, language)}/verify`)];
    await without.remove();
  },

  async *announced({ browser, language }) {
    const hosts = await startTwoHosts([SLUG]);
    const context = await browser.profile({ ignoreHTTPSErrors: true, locale: language });
    yield ["about", await person.open(context, `${hosts.origin}/${language}/about`)];
    const begun = await person.open(context, hosts.page(SLUG, language));
    const address = hosts.newAddress();
    await person.begin(begun);
    await person.enterAddress(begun, address);
    const { link } = await hosts.mailbox.first(address);
    await hosts.announce(PAUSED);
    const elsewhere = await browser.profile({ ignoreHTTPSErrors: true, locale: language });
    const page = await person.open(elsewhere, hosts.page(SLUG, language));
    await until("the banner", async () => (await page.reload()) && page.locator(".banner").isVisible());
    yield ["petition-paused", page];
    yield ["list-banner", await person.open(context, `${hosts.origin}/${language}/`)];
    yield ["withdraw-paused", await person.open(context, `${hosts.page(SLUG, language)}/withdraw`)];
    yield ["confirm-paused", await person.open(elsewhere, link)];
    await elsewhere.close();
    await context.close();
    await hosts.stop();
  },

  async *relays({ browser, language }) {
    const site = await startRelayed(2, SLUG);
    const context = await browser.profile();
    const page = await person.open(context, site.page(SLUG, language));
    const address = site.newAddress();
    await person.begin(page);
    await person.enterAddress(page, address);
    await person.enterCode(page, (await site.mailbox.first(address)).code);
    await person.seePanel(page, "relays-down");
    yield ["down", page];
    await page.locator('[data-panel="relays-down"] summary').click();
    yield ["down-directly", page];
    await context.close();
    await site.stop();
  },

  async *"another day"({ demo, browser, language }) {
    const context = await browser.profile();
    const page = await person.open(context, demo.page("waits-a-day", language));
    const address = demo.newAddress();
    await person.begin(page, { only: true });
    await person.enterAddress(page, address);
    await person.enterCode(page, (await demo.mailbox.first(address)).code);
    await person.seePanel(page, "holding");
    yield ["holding", page];

    const later = await person.open(context, demo.page("may-wait", language));
    const another = demo.newAddress();
    await person.begin(later, { only: true });
    await person.enterAddress(later, another);
    await later.locator("#later").check();
    yield ["waiting-later", later];
    await person.enterCode(later, (await demo.mailbox.first(another)).code);
    await person.seePanel(later, "holding");
    yield ["holding-chosen", later];
    await context.close();

    const keeper = await browser.profile();
    const done = await person.sign(keeper, demo, SLUG, { language });
    await done.locator("#keep-choice summary").click();
    yield ["keep-choice", done];
    await done.locator("#keep-others").click();
    await person.seeMessage(done, "others-kept");
    const kept = await person.open(keeper, demo.page(PETITIONS[1], language));
    await person.seePanel(kept, "kept");
    yield ["kept", kept];
    await keeper.close();
  },
};

/** Holds requests back until they are let go, or lost. */
async function hold(context, path) {
  const waiting = [];
  let isHeld = true;
  await context.route(path, (route) => (isHeld ? void waiting.push(route) : route.continue()));
  return {
    async lose() {
      await Promise.all(waiting.splice(0).map((route) => route.abort()));
    },
    async letGo() {
      isHeld = false;
      await Promise.all(waiting.splice(0).map((route) => route.continue()));
    },
  };
}
