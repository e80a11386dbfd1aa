// Hands over through a relay of other people (Oblivious HTTP): the server sees what is handed in, and not where it comes from. Where no
// relay takes it, the person is asked, and nothing goes past the relays before they have said so.

import { element, show, shown } from "./panels.js";
import { now, pause } from "./patience.js";
import { hasWasm } from "./surroundings.js";
import { exchange } from "./transport.js";

/** @typedef {import("../client/undersign_client.js").Outgoing} Outgoing */
/** @typedef {import("../client/undersign_client.js").Answer} Answer */
/** @typedef {typeof import("../client/undersign_oblivious.js")} Module */
/** @typedef {import("../client/undersign_oblivious.js").Relays} Relays */

/** Milliseconds after which the relays are tried once more while the person has not answered. */
const AGAIN = 30_000;

/** @type {Promise<Module> | undefined} */
let loaded;

/** @type {Relays | undefined} What the host's log says, as long as nothing has failed. */
let known;

/** @type {Set<string>} What the person lets go directly: a repeat of the same request is not asked about again. */
const agreed = new Set();

/**
 * Sends through a relay, for as long as it takes.
 * @param {typeof import("../client/undersign_client.js")} client
 * @param {Outgoing} outgoing Freed once it is sent.
 * @param {AbortSignal} [signal]
 * @returns {Promise<Answer | undefined>} Nothing where the person has said that it may go directly; then it is not freed.
 */
export async function throughRelay(client, outgoing, signal) {
  const before = shown();
  try {
    while (!agreed.has(outgoing.url)) {
      const opened = await tryAll(outgoing, signal);
      if (signal?.aborted) throw new Error("it was stopped");
      if (opened) {
        const { status, mediaType, retryAfter, body } = opened;
        outgoing.free();
        return new client.Answer(status, mediaType, retryAfter, body);
      }
      if (await ask(signal)) agreed.add(outgoing.url);
    }
    return undefined;
  } finally {
    if (shown() === "relays-down" && before) show(before);
  }
}

/** @param {Outgoing} outgoing @param {AbortSignal | undefined} signal */
async function tryAll(outgoing, signal) {
  try {
    known ??= await readLog(await module(), signal);
    for (const url of known.urls) {
      const opened = await tryOne(known, url, outgoing, signal).catch(() => undefined);
      if (opened || signal?.aborted) return opened;
    }
  } catch {
    // The log cannot be read, or is not to be believed: that is no reason to do without relays.
  }
  // It may name others, or have a newer key.
  known = undefined;
  return undefined;
}

/** @param {Relays} relays @param {string} url @param {Outgoing} outgoing @param {AbortSignal | undefined} signal */
async function tryOne(relays, url, outgoing, signal) {
  const sealed = relays.seal(now(), outgoing.url, outgoing.headers, outgoing.body);
  const request = { url, method: "POST", headers: ["content-type", sealed.mediaType], body: sealed.body };
  const { status, mediaType, body } = await exchange(request, signal).catch((error) => {
    sealed.free();
    throw error;
  });
  return sealed.open(status, mediaType, body);
}

/**
 * Waits for what the person says, or until it is time to try again.
 * @param {AbortSignal | undefined} signal @returns {Promise<boolean>} Whether it may go directly.
 */
function ask(signal) {
  show("relays-down");
  const over = new AbortController();
  return new Promise((resolve) => {
    /** @param {boolean} isDirect */
    const end = (isDirect) => {
      over.abort();
      resolve(isDirect);
    };
    element("#relays-again").onclick = () => end(false);
    element("#relays-direct").onclick = () => end(true);
    signal?.addEventListener("abort", () => end(false), { signal: over.signal });
    if (signal?.aborted) return end(false);
    pause(AGAIN, over.signal).then(() => end(false));
  });
}

/** Reads the host's log and checks all of it. @param {Module} oblivious @param {AbortSignal | undefined} signal */
async function readLog(oblivious, signal) {
  const origin = location.origin;
  const [key, checkpoint] = await Promise.all(["/v1/log/key", "/v1/log/checkpoint"].map((path) => get(origin + path, signal)));
  const log = new oblivious.HostLog(origin, key, checkpoint);
  for (const bundle of await Promise.all(log.bundles.map((url) => get(url, signal)))) log.take(bundle);
  return log.finish();
}

/** @param {string} url @param {AbortSignal | undefined} signal @returns {Promise<Uint8Array>} */
async function get(url, signal) {
  const { status, body } = await exchange({ url, method: "GET", headers: [], body: undefined }, signal);
  if (status !== 200) throw new Error("the host's log is not there");
  return body;
}

/** @returns {Promise<Module>} */
function module() {
  loaded ??= load().catch((error) => {
    loaded = undefined;
    throw error;
  });
  return loaded;
}

/** @returns {Promise<Module>} */
async function load() {
  const oblivious = await (hasWasm() ? import("../client/undersign_oblivious.js") : withoutWasm());
  await oblivious.default();
  return oblivious;
}

/** The same as JavaScript. @returns {Promise<Module>} */
function withoutWasm() {
  return /** @type {Promise<any>} */ (import("../client/undersign_oblivious_fallback.js"));
}
