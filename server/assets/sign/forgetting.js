// Wiping everything: the form's answer has the browser do it. Not every browser obeys that, and other tabs must hear of it: first here.

import { BrowserStorage } from "./storage.js";
import { tellForgotten } from "./tabs.js";

/** Wipes before the form is sent off. */
export function forgetWithForm() {
  const form = /** @type {HTMLFormElement | null} */ (document.getElementById("forget-everything"));
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    // Whatever the storage says, the form is sent.
    await wipeAll().catch(() => {});
    form.submit();
  });
}

async function wipeAll() {
  const storage = new BrowserStorage();
  for (const { petitionId } of await storage.all()) {
    tellForgotten(petitionId);
    await storage.wipe(petitionId);
  }
}
