// Sends the requests that the client package makes, as they are: nothing is added to them.

import { facts } from "./panels.js";

/** @typedef {import("../client/undersign_client.js").Outgoing} Outgoing */
/** @typedef {import("../client/undersign_client.js").Answer} Answer */
/** @typedef {Pick<Outgoing, "method" | "url" | "headers" | "body" | "free">} Sendable */

/** Milliseconds: longer than the 20 seconds for which the server holds a request. */
const TIMEOUT = 45_000;

/** There was no answer. The request may have arrived; each may be sent again. */
export class NoAnswer extends Error {}

/**
 * Sends one request. Fails with {@link NoAnswer}; where `signal` has stopped it, too.
 * @param {typeof import("../client/undersign_client.js")} client
 * @param {Sendable} outgoing Freed, and with it wiped, once it is sent.
 * @param {AbortSignal} [signal]
 * @returns {Promise<Answer>}
 */
export async function send(client, outgoing, signal) {
  try {
    const { status, mediaType, retryAfter, body } = await exchange(outgoing, signal);
    return new client.Answer(status, mediaType, retryAfter, body);
  } finally {
    outgoing.free();
  }
}

/**
 * Sends a request that nobody's network address is to be joined with: through a relay, where the host announces any. What does that is
 * fetched only there. Past the relays it goes only where the person says so.
 * @param {typeof import("../client/undersign_client.js")} client
 * @param {Outgoing} outgoing Freed, and with it wiped, once it is sent.
 * @param {AbortSignal} [signal]
 * @returns {Promise<Answer>}
 */
export async function handOver(client, outgoing, signal) {
  if (!("relays" in facts())) return send(client, outgoing, signal);
  // By its folder: other pages' scripts have this module in them too.
  const relays = await import("../sign/oblivious.js").catch(() => {
    throw new NoAnswer();
  });
  return (await relays.throughRelay(client, outgoing, signal)) ?? send(client, outgoing, signal);
}

/**
 * @typedef {object} Exchanged
 * @property {number} status
 * @property {string | undefined} mediaType
 * @property {number | undefined} retryAfter Seconds.
 * @property {Uint8Array} body
 */

/**
 * Sends one request and reads all of its answer. Fails where there is none.
 * @param {{ url: string, method: string, headers: string[], body: Uint8Array | undefined }} request
 * @param {AbortSignal} [signal]
 * @returns {Promise<Exchanged>}
 */
export async function exchange(request, signal) {
  const stop = new AbortController();
  const stopNow = () => stop.abort();
  const timer = setTimeout(stopNow, TIMEOUT);
  signal?.addEventListener("abort", stopNow);
  try {
    if (signal?.aborted) throw new NoAnswer();
    const response = await fetch(request.url, {
      method: request.method,
      headers: pairs(request.headers),
      body: /** @type {Uint8Array<ArrayBuffer> | undefined} */ (request.body),
      // One connection may carry both sides' requests; what tells people apart beyond it must not.
      credentials: "omit",
      referrerPolicy: "no-referrer",
      redirect: "error",
      cache: "no-store",
      signal: stop.signal,
    });
    const body = new Uint8Array(await response.arrayBuffer());
    const mediaType = response.headers.get("content-type") ?? undefined;
    return { status: response.status, mediaType, retryAfter: seconds(response.headers.get("retry-after")), body };
  } catch {
    throw new NoAnswer();
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stopNow);
  }
}

/**
 * Sends requests side by side.
 * @param {typeof import("../client/undersign_client.js")} client @param {Outgoing[]} outgoing @returns {Promise<Answer[]>}
 */
export function sendAll(client, outgoing) {
  return Promise.all(outgoing.map((request) => send(client, request)));
}

/** @param {string[]} flat @returns {[string, string][]} */
function pairs(flat) {
  return flat.flatMap((name, index) => (index % 2 === 0 ? [/** @type {[string, string]} */ ([name, flat[index + 1]])] : []));
}

/** @param {string | null} value @returns {number | undefined} */
function seconds(value) {
  return value !== null && /^\d{1,6}$/.test(value) ? Number(value) : undefined;
}
