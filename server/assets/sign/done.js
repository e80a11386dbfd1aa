// The end: accepted; then in the public count, which this page looks up and checks.

import { check, total } from "./begin.js";
import { Stopped, failure } from "./errors.js";
import { busy, element, facts, say, show, showTime } from "./panels.js";
import { Backoff, now, pause } from "./patience.js";
import { handIn } from "./handing_in.js";
import { offerReceipt } from "./receipt.js";
import { send, sendAll } from "./transport.js";

/** @typedef {import("./signing.js").Signing} Signing */
/** @typedef {import("./begin.js").Client} Client */
/** @typedef {import("./begin.js").Journey} Journey */
/** @typedef {import("./begin.js").CheckedPetition} CheckedPetition */
/** @typedef {import("../client/undersign_client.js").Watch} Watch */

/** Leaves, 32 bytes each, that a page reads to find one signature without saying which. */
const MAX_LEAVES = 65_536;

/** Seconds after the promised time at which a promise counts as broken: clocks may differ by as much, as in client-lib. */
const PATIENCE = 600;

/** @param {Signing} signing */
export async function done(signing) {
  const { journey } = signing;
  show("done");
  if (journey.publishBy !== undefined) showTime("[data-publish-by]", journey.publishBy);
  offerReceipt(journey, element("#receipt-show"), document.querySelector("h1")?.textContent ?? "");
  offerOthers(signing);
  try {
    mark(await watch(signing));
  } catch (error) {
    // The signature is accepted, whatever becomes of watching it.
    failure(signing.client, error);
  }
}

/**
 * Reads the log until the signature is in it.
 * @param {Signing} signing @returns {Promise<"counted" | "too-long" | "promise-broken">}
 */
async function watch({ client, journey }) {
  const watched = journey.watch();
  const latest = (journey.publishBy ?? now()) + PATIENCE;
  const petition = await patiently(client, latest, () => check(journey.slug));
  for (const backoff = new Backoff(); ; await backoff.wait()) {
    try {
      const { treeSize, total: count } = await total(petition);
      if (treeSize > MAX_LEAVES) {
        await pause(Math.max(0, latest - PATIENCE - now()) * 1_000);
        return "too-long";
      }
      if ((await look(client, watched)) !== undefined) {
        setCount(Math.max(count, (await total(petition)).total));
        return "counted";
      }
    } catch (error) {
      if (failure(client, error).message === "log") mark("log");
    }
    if (now() > latest) return "promise-broken";
  }
}

/** @param {Client} client @param {Watch} watched @returns {Promise<number | undefined>} */
async function look(client, watched) {
  const tiles = watched.opened(await send(client, watched.checkpointRequest()));
  return watched.read(await sendAll(client, tiles));
}

/**
 * @template T
 * @param {Client} client @param {number} latest @param {() => Promise<T>} work @returns {Promise<T>}
 */
async function patiently(client, latest, work) {
  for (const backoff = new Backoff(); ; await backoff.wait()) {
    try {
      return await work();
    } catch (error) {
      if (!failure(client, error).isTransient || now() > latest) throw error;
    }
  }
}

/** @param {string} state Which of the panel's sentences is true now. */
function mark(state) {
  for (const place of document.querySelectorAll("#sign [data-counted]")) {
    const sentence = /** @type {HTMLElement} */ (place);
    sentence.hidden = sentence.dataset.counted !== state;
  }
}

/** @param {number} count */
function setCount(count) {
  const place = document.getElementById("count");
  if (!place || count <= Number(place.dataset.total)) return;
  place.dataset.total = String(count);
  place.textContent = new Intl.NumberFormat(facts().lang).format(count);
  const bar = document.querySelector("progress");
  if (bar) bar.value = count;
}

/**
 * Tokens for the other petitions came along. They are in this page's memory alone: used now, or never, unless the person keeps them.
 * @param {Signing} signing
 */
function offerOthers(signing) {
  const { journey, storage } = signing;
  const list = element("#others");
  list.hidden = journey.others.length === 0;
  element("#keep-choice").hidden = storage.isMemory;
  element("#keep-others").onclick = () => busy("#keep-others", () => keepOthers(signing));
  for (const place of list.querySelectorAll("[data-slug]")) {
    const item = /** @type {HTMLElement} */ (place);
    const slug = /** @type {string} */ (item.dataset.slug);
    item.hidden = !journey.others.includes(slug);
    const button = /** @type {HTMLButtonElement} */ (item.querySelector("button"));
    button.onclick = () => busy(`#others [data-slug="${slug}"] button`, () => signOther(signing, slug, item));
  }
}

/** @param {Signing} signing */
async function keepOthers({ client, storage, journey, constructor }) {
  const { begin } = /** @type {typeof import("./signing.js").Signing} */ (constructor);
  try {
    for (const slug of journey.others) {
      const petition = await check(slug);
      // What is under way there is not given up for this.
      if (!(await storage.get(petition.petitionId))) await begin(client, storage, journey.beginOther(petition), true);
    }
    element("#others").hidden = true;
    say("others-kept");
  } catch (error) {
    const { message, detail } = failure(client, error);
    say(message, detail);
  }
}

/** @param {Signing} signing @param {string} slug @param {HTMLElement} item */
async function signOther(signing, slug, item) {
  const { client } = signing;
  try {
    const result = await redeemOther(signing, slug);
    show("done");
    if (typeof result === "string") return say(result);
    /** @type {HTMLElement} */ (item.querySelector("button")).hidden = true;
    const button = /** @type {HTMLElement} */ (item.querySelector("[data-show-receipt]"));
    offerReceipt(result, button, item.querySelector("a")?.textContent ?? "");
    /** @type {HTMLElement} */ (item.querySelector("[data-signed]")).hidden = false;
  } catch (error) {
    show("done");
    if (error instanceof Stopped) return say(error.message);
    const { message, detail } = failure(client, error);
    say(message, detail);
  }
}

/** @param {Signing} signing @param {string} slug @returns {Promise<string | Journey>} What there is to say, if it is not signed. */
async function redeemOther(signing, slug) {
  const { client, storage, journey } = signing;
  // Not imported: that module imports this one.
  const Signing = /** @type {typeof import("./signing.js").Signing} */ (signing.constructor);
  const petition = await check(slug);
  const kept = await storage.get(petition.petitionId);
  if (kept) {
    const begun = Signing.restore(client, storage, kept);
    // A signing that perhaps has its token, of another address, is not thrown away for this one.
    if (begun.journey.step !== client.Step.Prepared) return "other-under-way";
    await begun.wipe();
  }
  const other = await Signing.begin(client, storage, journey.beginOther(petition));
  if ((other.journey.redeemAt ?? 0) > now()) return "other-later";
  while (other.journey.step === client.Step.TokenHeld) await handIn(other);
  return other.journey;
}
