// The confirm page, opened in the browser in which the signing was begun: the number is there, and so is the way back.

import { BrowserStorage } from "./storage.js";

/** @typedef {import("./storage.js").StoredSigning} StoredSigning */

/** Milliseconds between looks at what is kept. */
const LOOK = 1_000;

/**
 * The signing that the mail belongs to; of several, the one begun last. Once it is confirmed, the first page may have gone on already,
 * and waits for a mail no more.
 * @returns {Promise<StoredSigning | undefined>}
 */
async function signing() {
  const isConfirmed = document.body.dataset.step === "done";
  const storage = await BrowserStorage.open();
  const records = (await storage.all()).filter((record) => isConfirmed || record.check !== undefined);
  return records.sort((left, right) => right.order - left.order)[0];
}

async function start() {
  const record = await signing().catch(() => undefined);
  if (!record) return;
  const field = document.getElementById("check");
  if (field instanceof HTMLInputElement && field.value === "") field.value = record.check ?? "";
  const back = document.getElementById("back");
  if (back instanceof HTMLAnchorElement) leadBack(back, record);
}

/**
 * Shows the way back for as long as the page at its end goes on from there. Where the first page is open and finishes by itself, its
 * address would only offer to begin once more.
 * @param {HTMLAnchorElement} back @param {StoredSigning} record
 */
function leadBack(back, record) {
  const isThere = async () => {
    const kept = await new BrowserStorage().get(record.petitionId).catch(() => undefined);
    back.hidden = kept?.order !== record.order;
    /** @type {HTMLElement} */ (document.getElementById("went-on")).hidden = !back.hidden;
    return !back.hidden;
  };
  const watch = async () => {
    if (await isThere()) setTimeout(watch, LOOK);
  };
  back.href = `/${document.documentElement.lang}/p/${record.slug}`;
  back.addEventListener("click", async (event) => {
    event.preventDefault();
    if (await isThere()) location.assign(back.href);
  });
  watch();
}

start();
