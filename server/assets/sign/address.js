// The second step: the address, which is in this page's memory until the mail is asked for, and nowhere after that.

import { Stopped, failure } from "./errors.js";
import { busy, clearMessages, element, facts, input, say, show } from "./panels.js";
import { proven } from "./proof.js";
import { send } from "./transport.js";

/** @typedef {import("./signing.js").Signing} Signing */

/** Sentences after which another try with the form makes no sense. */
const FINAL = ["closed", "not-yet-open", "check"];

/** One that was hard enough when it was begun may be too easy when it is done. */
const MOST_PROOFS = 8;

/**
 * Asks for an address and for a mail to it, until the server has said yes.
 * @param {Signing} signing
 */
export async function askAddress(signing) {
  show("address");
  element("#keep-waiting").hidden = !signing.journey.mailAsked;
  if (signing.note) say(signing.note);
  signing.note = undefined;
  element("#email").oninput = () => {
    // What was said of another text.
    clearMessages();
    advise();
  };
  advise();
  for (;;) {
    const email = await submitted(signing);
    if (email === undefined) return;
    const message = await busy("#send-mail", () => askForMail(signing, email));
    if (message === undefined) {
      input("email").value = "";
      advise();
      return;
    }
    if (FINAL.includes(message)) throw new Stopped(message);
    say(message);
    input("email").focus();
  }
}

/** @param {Signing} signing @param {string} email @returns {Promise<string | undefined>} What went wrong. */
async function askForMail(signing, email) {
  const { client, journey } = signing;
  const checked = client.checkAddress(email);
  if (!checked.isValid) return "address-not-valid";
  if (offer(checked.suggestion, email)) return "suggestion";
  for (let proofs = Number(signing.wantsProof); ; proofs += 1) {
    try {
      const asking = journey.verificationRequest(email, facts().lang ?? "en");
      const sent = proofs > 0 ? await proven(asking, signing.ended.signal) : asking;
      // Forgotten meanwhile: the address goes nowhere.
      if (signing.ended.signal.aborted) return undefined;
      journey.verificationAnswered(await send(client, sent));
      break;
    } catch (error) {
      const { message } = failure(client, error);
      if (message !== "proof-required" || proofs >= MOST_PROOFS) return message;
    }
  }
  await signing.keep();
  return undefined;
}

/** Says what is to be said about the mailbox's provider, as soon as the address names it. It stands there, and stops nobody. */
function advise() {
  const domain = input("email").value.trim().toLowerCase().split("@")[1] ?? "";
  for (const place of document.querySelectorAll("#address-form [data-domains]")) {
    const advice = /** @type {HTMLElement} */ (place);
    const domains = (advice.dataset.domains ?? "").split(" ");
    advice.hidden = !domains.some((known) => domain === known || domain.endsWith(`.${known}`));
  }
}

/** What was offered once and not taken is not offered again: the person knows better. */
let refused = "";

/** @param {string | undefined} suggestion @param {string} email @returns {boolean} Whether it is offered now. */
function offer(suggestion, email) {
  if (!suggestion || refused === email) return false;
  refused = email;
  const button = element("#suggestion");
  button.textContent = suggestion;
  button.onclick = () => {
    input("email").value = suggestion;
    refused = suggestion;
    element("#send-mail").click();
  };
  return true;
}

/**
 * @param {Signing} signing
 * @returns {Promise<string | undefined>} What was sent off with the form; nothing if the signing was forgotten, or waits on for the
 *   mail that was asked for before.
 */
function submitted({ ended }) {
  const form = element("#address-form");
  return new Promise((resolve) => {
    const stop = new AbortController();
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      stop.abort();
      resolve(input("email").value.trim());
    }, { signal: stop.signal });
    const leave = () => {
      stop.abort();
      resolve(undefined);
    };
    element("#keep-waiting").addEventListener("click", leave, { signal: stop.signal });
    ended.signal.addEventListener("abort", leave, { signal: stop.signal });
  });
}
