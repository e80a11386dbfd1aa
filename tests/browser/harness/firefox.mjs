// Firefox, as Debian has it, by WebDriver BiDi. Playwright drives only a Firefox of its own, so here is the person once more, for the main
// flow alone.

import puppeteer from "puppeteer-core";

import { LONG } from "./patience.mjs";

/** Starts one with a profile of its own. `settings`: what a person has changed, as `about:config` names it. */
export async function launchFirefox(settings = {}) {
  return puppeteer.launch({
    browser: "firefox",
    executablePath: process.env.UNDERSIGN_FIREFOX ?? "/usr/bin/firefox-esr",
    headless: process.env.UNDERSIGN_HEADED === undefined,
    extraPrefsFirefox: settings,
    defaultViewport: { width: 390, height: 844 },
    timeout: LONG,
    protocolTimeout: 2 * LONG,
  });
}

/** A whole signing by code, from a petition's page to the public count. Gives back the page. */
export async function signInFirefox(firefox, demo, slug) {
  const page = await firefox.newPage();
  page.setDefaultTimeout(2 * LONG);
  const seePanel = (name) => page.waitForSelector(`[data-panel="${name}"]`, { visible: true });
  const address = demo.newAddress();
  await page.goto(demo.page(slug));
  await seePanel("begin");
  await page.click("#begin-button");
  await seePanel("address");
  await page.type("#email", address);
  await page.click("#send-mail");
  await seePanel("waiting");
  await page.type("#code", (await demo.mailbox.first(address)).code);
  await seePanel("done");
  await page.waitForSelector('[data-counted="counted"]', { visible: true });
  return page;
}
