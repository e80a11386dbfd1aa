// The confirm page, opened in the browser in which the signing was begun: the number is there, and so is the way back.

import { BrowserStorage } from "./storage.js";

/** @returns {Promise<import("./storage.js").StoredSigning | undefined>} The signing that waits for a mail; of several, the one begun last. */
async function waiting() {
  const storage = await BrowserStorage.open();
  const records = (await storage.all()).filter((record) => record.check !== undefined);
  return records.sort((left, right) => right.order - left.order)[0];
}

async function start() {
  const record = await waiting().catch(() => undefined);
  if (!record) return;
  const field = document.getElementById("check");
  if (field instanceof HTMLInputElement && field.value === "") field.value = record.check ?? "";
  const back = document.getElementById("back");
  if (back instanceof HTMLAnchorElement) {
    back.href = `/${document.documentElement.lang}/p/${record.slug}`;
    back.hidden = false;
  }
}

start();
