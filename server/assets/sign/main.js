// The page's script: finds out where a signing stands, and goes on with it.

import { client, prepare } from "./begin.js";
import { failure } from "./errors.js";
import { forgetWithForm } from "./forgetting.js";
import { offerExit } from "./leaving.js";
import { busy, element, facts, input, say, show, shown } from "./panels.js";
import { Signing } from "./signing.js";
import { BrowserStorage, MemoryStorage } from "./storage.js";
import { canSign, isInApp, keepPin } from "./surroundings.js";

/** @typedef {import("./signing.js").Storage} Storage */

/** @returns {Promise<Storage>} */
async function openStorage() {
  try {
    return await BrowserStorage.open();
  } catch {
    return new MemoryStorage();
  }
}

/** Whether a signing goes on in this tab. */
let isUnderWay = false;

/** On pages with no petition there is nothing to do but to wipe what is too old, which opening does. */
async function start() {
  const opening = openStorage();
  if (!document.getElementById("sign") || shown() === "no-client") return;
  if (!canSign()) return show("unsupported", { focus: false });
  const decided = opening.then(goOn);
  // At once, and not when the storage has answered: who is quick must not be led to the ways of signing without JavaScript.
  element("#begin-button").addEventListener("click", (event) => {
    event.preventDefault();
    busy("#begin-button", async () => {
      await decided;
      if (!isUnderWay && shown() === "begin") await begin(await opening);
    });
  });
  await decided;
}

/**
 * Goes on with what is kept, or offers to begin.
 * @param {Storage} storage
 */
async function goOn(storage) {
  const kept = await storage.ofSlug(/** @type {string} */ (facts().slug));
  element("#continue-here").addEventListener("click", () => offer(storage));
  element("#copy-link").addEventListener("click", copyLink);
  if (kept) return resume(storage, kept);
  // The server has shown why nobody can sign now.
  if (shown() === "not-open") return;
  if (isInApp()) return show("in-app", { focus: false });
  offer(storage, { focus: false });
}

/** @param {Storage} storage @param {{ focus?: boolean }} [options] */
function offer(storage, options) {
  isUnderWay = false;
  show("begin", options);
  if (storage.isMemory) say("storage-blocked");
}

/** @param {Storage} storage */
async function begin(storage) {
  try {
    const onlyThis = document.querySelector('#sign input[name="bundle"]:checked')?.getAttribute("value") === "only";
    const journey = await prepare(onlyThis);
    go(await Signing.begin(await client(), storage, journey));
  } catch (error) {
    say(...await words(error));
  }
}

/** @param {Storage} storage @param {import("./storage.js").StoredSigning} record */
async function resume(storage, record) {
  try {
    go(Signing.restore(await client(), storage, record));
  } catch (error) {
    show("stopped", { focus: false });
    say(...await words(error));
    onceAgain(storage, () => storage.wipe(record.petitionId));
  }
}

/** @param {Signing} signing */
function go(signing) {
  isUnderWay = true;
  for (const button of document.querySelectorAll("#sign [data-forget]")) {
    /** @type {HTMLElement} */ (button).onclick = () => forget(signing);
  }
  onceAgain(signing.storage, () => signing.forget());
  signing.run();
}

/** @param {Signing} signing */
async function forget(signing) {
  await signing.forget();
  offer(signing.storage);
  say("forgotten");
}

/** @param {Storage} storage @param {() => Promise<void>} wipe */
function onceAgain(storage, wipe) {
  element("#begin-again").onclick = async () => {
    await wipe();
    offer(storage);
  };
  element("#try-again").onclick = () => location.reload();
}

async function copyLink() {
  const field = input("link");
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    say("copied");
  } catch {
    // The link is selected: the phone's own menu copies it.
    say("copy-by-hand");
  }
}

/** @param {unknown} error @returns {Promise<[message: string, detail?: string]>} */
async function words(error) {
  try {
    const { message, detail } = failure(await client(), error);
    return [message, detail];
  } catch {
    // The package itself could not be fetched.
    return ["network"];
  }
}

offerExit();
forgetWithForm();
keepPin();
start();
