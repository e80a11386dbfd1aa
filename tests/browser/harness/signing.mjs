// A person who signs: what they see, press and type. Nothing here looks behind the page.

import { LONG, until } from "./patience.mjs";

/** Opens a page in a new tab. */
export async function open(context, url) {
  const page = await context.newPage();
  await page.goto(url);
  return page;
}

/** What of the section to sign, to withdraw or to recount is to be seen now: the name of the panel, and of the message if there is one. */
export function seen(page) {
  return page.locator("#sign, #withdraw, #verify").evaluate((section) => {
    const visible = (selector) => [...section.querySelectorAll(selector)].filter((one) => one.checkVisibility());
    return {
      panel: visible("[data-panel]").map((one) => one.dataset.panel).join(" and "),
      message: visible("[data-message]").map((one) => one.dataset.message).join(" and ") || undefined,
    };
  });
}

/** Looks at a page that has stopped, one after the other, before it is believed that it stays so. */
const LOOKS = 10;

/** Waits for one of these panels, and gives back which. Where the page has stopped for good, nothing more is waited for. */
export async function seePanel(page, ...names) {
  let last;
  let stopped = 0;
  const isThere = async () => {
    // A page that is only just loading cannot be asked.
    last = (await seen(page).catch(() => undefined)) ?? last;
    stopped = last?.panel === "stopped" ? stopped + 1 : 0;
    return names.includes(last?.panel) || stopped === LOOKS;
  };
  const what = `the panel ${names.join(" or ")}`;
  await until(what, isThere).catch((error) => {
    throw new Error(`${error.message}; there is ${JSON.stringify(last)}`);
  });
  if (!names.includes(last.panel)) throw new Error(`not ${what}, but ${JSON.stringify(last)}`);
  return last.panel;
}

/** Waits for one of the page's sentences. */
export function seeMessage(page, name) {
  return page.locator(`:is(#sign, #withdraw, #verify) [data-message="${name}"]`).waitFor();
}

/** Presses "Sign" and waits to be asked for an address. `only`: for this petition alone. */
export async function begin(page, { only = false } = {}) {
  await seePanel(page, "begin");
  if (only) await page.locator('input[name="bundle"][value="only"]').check();
  await page.locator("#begin-button").click();
  await seePanel(page, "address");
}

/** Types an address and asks for the mail. */
export async function enterAddress(page, address) {
  await page.locator("#email").fill(address);
  await page.locator("#send-mail").click();
  await seePanel(page, "waiting");
}

/** Types the code from the mail. One that is whole is sent by its last digit; of any other, the button has to be pressed. */
export async function enterCode(page, code) {
  // While an answer is awaited, no other code is taken.
  await page.locator("#send-code:not([aria-disabled])").waitFor();
  await page.locator("#code").fill("");
  await page.locator("#code").fill(code);
  if (code.replaceAll(/\D/g, "").length !== 8) await page.locator("#send-code").click();
}

/** The two digits that the waiting page shows. */
export async function checkNumber(page) {
  return (await page.locator('[data-panel="waiting"] [data-check]').textContent()).trim();
}

/** Opens the mailed link and confirms there. Gives back the page. `check`: what is typed, where it is not filled in already. */
export async function openLink(context, link, check) {
  const page = await open(context, link);
  if (check !== undefined) await page.locator("#check").fill(check);
  await page.locator("#confirm-form [type=submit]").click();
  await page.locator('body[data-step="done"]').waitFor({ state: "attached" });
  return page;
}

/** Waits until the page says that the signature is in the public count. */
export async function seeCounted(page) {
  await seePanel(page, "done");
  await page.locator('[data-counted="counted"]').waitFor({ timeout: 2 * LONG });
}

/** Asks for the code with which the signature can be taken back. Gives back the text that the page shows. */
export async function showReceipt(page) {
  await page.locator(".receipt-choice summary").click();
  await page.locator("#receipt-show").click();
  await page.locator("#receipt-qr svg").waitFor();
  return page.locator("#receipt-code").inputValue();
}

/** Saves the receipt's file. Gives back where it is and what it is called. */
export async function saveReceipt(page) {
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator("#receipt-save").click()]);
  return { path: await download.path(), name: download.suggestedFilename() };
}

/** Gives the withdrawal page what was kept: a text, or the path of a file. */
export async function give(page, { text, file }) {
  if (text !== undefined) await page.locator("#receipt-text").fill(text);
  if (file !== undefined) await page.locator("#receipt-file").setInputFiles(file);
  await page.locator("#give-button").click();
}

/** Takes a signature back, from the withdrawal page's address to its answer. Gives back the page. */
export async function withdraw(context, demo, slug, kept, language = "en") {
  const page = await open(context, `${demo.page(slug, language)}/withdraw`);
  await give(page, kept);
  await seePanel(page, "sure");
  await page.locator("#withdraw-button").click();
  await seePanel(page, "withdrawn");
  return page;
}

/** A whole signing by code, from a petition's page to the public count. Gives back the page. */
export async function sign(context, demo, slug, { address = demo.newAddress(), only = false, language = "en" } = {}) {
  const page = await open(context, demo.page(slug, language));
  await begin(page, { only });
  await enterAddress(page, address);
  await enterCode(page, (await demo.mailbox.first(address)).code);
  await seeCounted(page);
  return page;
}

/** What is on the clipboard, as another page gets it by Ctrl+V. */
export async function pasted(context) {
  const page = await context.newPage();
  await page.setContent("<textarea autofocus></textarea>");
  await page.locator("textarea").focus();
  await page.keyboard.press("Control+V");
  const text = await page.locator("textarea").inputValue();
  await page.close();
  return text;
}
