// The third step: until the code is typed here, or the link is opened anywhere.

import { Stopped, failure } from "./errors.js";
import { busy, clearMessages, element, input, say, show } from "./panels.js";
import { Backoff, now } from "./patience.js";
import { askAddress } from "./address.js";
import { tokenAnswered } from "./issuing.js";
import { Superseded } from "./storage.js";
import { send } from "./transport.js";

/** @typedef {import("./signing.js").Signing} Signing */

/** Sentences that end the signing: the same request never gets another answer. */
const FINAL = ["closed", "confirmed-by-another", "token-request-not-valid", "not-yet-open"];

/**
 * Waits until the address is confirmed, or until another address is to be used.
 * @param {Signing} signing
 */
export async function waitForMail(signing) {
  show("waiting");
  element("[data-check]").textContent = signing.journey.checkNumber ?? "";
  input("code").value = "";
  const over = new AbortController();
  const { signal } = over;
  signing.ended.signal.addEventListener("abort", () => over.abort(), { signal });
  takeChoice(signing, signal);
  const hints = showHintsLater();
  try {
    const another = await Promise.race([poll(signing, signal), takeCodes(signing, signal), anotherAddress(signing, signal)]);
    if (another) {
      over.abort();
      await askAddress(signing);
    }
  } finally {
    over.abort();
    hints.forEach(clearTimeout);
  }
}

/** Asks for the token again and again; the server holds each request until the address is confirmed, for twenty seconds at most.
 * @param {Signing} signing @param {AbortSignal} signal */
async function poll(signing, signal) {
  const { client, journey } = signing;
  const backoff = new Backoff();
  while (!signal.aborted) {
    const asked = now();
    try {
      const answer = await send(client, journey.tokenRequest(), signal);
      if (signal.aborted || tokenAnswered(signing, answer) !== client.Step.Prepared) {
        if (!signal.aborted) await signing.keep();
        return;
      }
      // An answer that came at once was not held: this request is waited for elsewhere, or the server is full.
      if (now() - asked >= 5) backoff.reset();
      else await backoff.wait({ signal });
    } catch (error) {
      if (error instanceof Superseded) throw error;
      if (signal.aborted) return;
      const { message, isTransient, retryAfter } = failure(client, error);
      if (FINAL.includes(message)) throw new Stopped(message);
      if (!isTransient) throw new Stopped(message, { keep: true });
      await backoff.wait({ retryAfter, signal });
    }
  }
}

/** Takes codes until one is right, each as soon as it is whole or its button is pressed.
 * @param {Signing} signing @param {AbortSignal} signal @returns {Promise<void>} */
function takeCodes(signing, signal) {
  return new Promise((resolve, reject) => {
    const take = () => void busy("#send-code", () => tryCode(signing, signal)).then((confirmed) => confirmed && resolve(), reject);
    element("#code-form").addEventListener("submit", (event) => {
      event.preventDefault();
      take();
    }, { signal });
    let whole = "";
    input("code").addEventListener("input", () => {
      clearMessages();
      const before = whole;
      whole = digits().length === 8 ? digits() : "";
      // A space after it does not make it another code, and would cost a try.
      if (whole && whole !== before) take();
    }, { signal });
  });
}

/** @returns {string} What is typed as a code. */
function digits() {
  // Persian and Arabic keyboards write digits of their own; the last four bits are the number.
  const typed = input("code").value.replace(/[\u0660-\u0669\u06f0-\u06f9]/g, (digit) => String(digit.charCodeAt(0) & 15));
  return typed.replace(/\D/g, "");
}

/** @param {Signing} signing @param {AbortSignal} signal @returns {Promise<boolean>} Whether the code was right. */
async function tryCode(signing, signal) {
  const { client, journey } = signing;
  try {
    const code = digits().replace(/^(....)(....)$/, "$1-$2");
    const answer = await send(client, journey.codeRequest(code), signal);
    if (signal.aborted) return false;
    journey.codeAnswered(answer);
  } catch (error) {
    if (signal.aborted) return false;
    const { message } = failure(client, error);
    if (FINAL.includes(message)) throw new Stopped(message);
    say(message);
    input("code").select();
    return false;
  }
  await signing.keep();
  return true;
}

/** @param {Signing} signing @param {AbortSignal} signal @returns {Promise<true>} */
function anotherAddress(signing, signal) {
  return new Promise((resolve) => {
    const ask = (/** @type {boolean} */ oneMore) => {
      signing.wantsProof = oneMore;
      if (oneMore) signing.note = "one-more";
      resolve(true);
    };
    element("#another-address").addEventListener("click", () => ask(false), { signal });
    element("#one-more").addEventListener("click", () => ask(true), { signal });
  });
}

/** Now, or later: kept as soon as it is chosen, for the link may be opened on another device at any time.
 * @param {Signing} signing @param {AbortSignal} signal */
function takeChoice(signing, signal) {
  const choice = /** @type {HTMLInputElement | null} */ (document.getElementById("later"));
  if (!choice) return;
  choice.checked = signing.later;
  choice.addEventListener("change", () => {
    signing.later = choice.checked;
    // Where another tab was faster, the next step finds that out.
    signing.keep().catch(() => {});
  }, { signal });
}

/** After a while the page says where else to look, and what else can be the matter. */
function showHintsLater() {
  const places = [...document.querySelectorAll("#sign [data-after]")].map((place) => /** @type {HTMLElement} */ (place));
  return places.map((place) => {
    place.hidden = true;
    return setTimeout(() => (place.hidden = false), Number(place.dataset.after) * 1_000);
  });
}
