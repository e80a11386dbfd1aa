// Sends the requests that the client package makes, as they are: nothing is added to them.

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
  const { status, mediaType, retryAfter, body } = await exchange(outgoing, signal);
  return new client.Answer(status, mediaType, retryAfter, body);
}

/**
 * The same, for what is no answer to the client package.
 * @param {Sendable} outgoing @param {AbortSignal} [signal]
 */
export async function exchange(outgoing, signal) {
  const stop = new AbortController();
  const stopNow = () => stop.abort();
  const timer = setTimeout(stopNow, TIMEOUT);
  signal?.addEventListener("abort", stopNow);
  try {
    if (signal?.aborted) throw new NoAnswer();
    const response = await fetch(outgoing.url, {
      method: outgoing.method,
      headers: pairs(outgoing.headers),
      body: /** @type {Uint8Array<ArrayBuffer> | undefined} */ (outgoing.body),
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
    outgoing.free();
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
