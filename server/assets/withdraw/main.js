// Takes a signature back with what was kept of it: read, shown what it means, and only then sent. Nothing is kept here.

import { failure } from "../sign/errors.js";
import { busy, clearMessages, element, facts, input, say, show, showTime, shown } from "../sign/panels.js";
import { now } from "../sign/patience.js";
import { canRun, hasWasm, keepPin } from "../sign/surroundings.js";
import { handOver, send } from "../sign/transport.js";

/** @typedef {typeof import("../client/undersign_withdrawal.js")} Client */
/** @typedef {import("../client/undersign_withdrawal.js").Withdrawal} Withdrawal */

/** @type {Promise<Client> | undefined} */
let loaded;

/**
 * Fetches the client package with what takes a signature back, once.
 * @returns {Promise<Client>}
 */
function client() {
  loaded ??= load().catch((error) => {
    loaded = undefined;
    throw error;
  });
  return loaded;
}

/** @returns {Promise<Client>} */
async function load() {
  // What signs where WebAssembly is off can also take back.
  const module = await (hasWasm() ? import("../client/undersign_withdrawal.js") : import("../client/undersign_client_fallback.js"));
  await module.default();
  return module;
}

/** Bytes: a receipt is smaller. */
const LARGEST = 16_384;

/** @type {Withdrawal | undefined} What was read and not sent yet. */
let read;

/** Whether it knows its petition. */
let isReady = false;

function start() {
  if (facts().client === undefined) return;
  if (!canRun()) return show("unsupported", { focus: false });
  show("give", { focus: false });
  element("#give-form").addEventListener("submit", (event) => {
    event.preventDefault();
    busy("#give-button", give);
  });
  element("#withdraw-button").addEventListener("click", () => busy("#withdraw-button", withdraw));
  element("#leave-it").addEventListener("click", () => {
    forget();
    show("give");
    say("left");
  });
  addEventListener("pagehide", () => {
    forget();
    if (["sure", "relays-down"].includes(shown() ?? "")) show("give", { focus: false });
  });
}

/** Reads the file or the text. Nothing is sent. */
async function give() {
  // What is said next is about what was given now, also where it is the same again.
  clearMessages();
  try {
    const kept = await bytes();
    if (!kept) return say("nothing-given");
    const module = await client();
    forget();
    read = new module.Withdrawal(location.origin, /** @type {string} */ (facts().petitionId), kept);
    show("sure");
  } catch (error) {
    say(await words(error));
  }
}

/** @returns {Promise<Uint8Array | undefined>} */
async function bytes() {
  const [file] = input("receipt-file").files ?? [];
  if (file) return new Uint8Array(await file.slice(0, LARGEST).arrayBuffer());
  const text = input("receipt-text").value.trim();
  return text ? new TextEncoder().encode(text) : undefined;
}

async function withdraw() {
  if (!read) return show("give");
  try {
    const module = await client();
    if (!isReady) read.petitionAnswered(await send(module, read.petitionRequest()));
    isReady = true;
    read.withdrawn(await handOver(module, read.withdrawalRequest()), now());
    const { publishBy } = read;
    show("withdrawn");
    element("[data-promised]").hidden = publishBy === undefined;
    element("[data-published]").hidden = publishBy !== undefined;
    if (publishBy !== undefined) showTime("[data-publish-by]", publishBy);
    forget();
  } catch (error) {
    say(await words(error));
  }
}

/** Wipes what was read, and empties the fields: browsers keep them for a page that comes back. */
function forget() {
  read?.free();
  read = undefined;
  isReady = false;
  /** @type {HTMLFormElement} */ (element("#give-form")).reset();
}

/** @param {unknown} error @returns {Promise<string>} */
async function words(error) {
  try {
    return failure(await client(), error).message;
  } catch {
    // The package itself could not be fetched.
    return "network";
  }
}

keepPin();
start();
