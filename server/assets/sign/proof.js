// Work that goes with a request for a mail, where the server asks for it or one more mail is wanted. A worker does it, so the page stays
// alive; the address stays here.

import { element } from "./panels.js";
import { hasWasm } from "./surroundings.js";
import { exchange } from "./transport.js";

/** @typedef {import("./transport.js").Sendable} Sendable */

const WORKER = new URL("../proof/worker.js", import.meta.url).href;

/**
 * The same request with a proof of work; without one where the server gives none to do, or it cannot be done here.
 * @param {Sendable} asking Freed. @param {AbortSignal} signal @returns {Promise<Sendable>}
 */
export async function proven(asking, signal) {
  const { method, url, headers, body } = asking;
  const request = JSON.parse(new TextDecoder().decode(body));
  asking.free();
  const { request_digest } = request;
  const sendable = (/** @type {string} */ path, /** @type {object} */ message) =>
    ({ method, url: url + path, headers, body: new TextEncoder().encode(JSON.stringify(message)), free() {} });
  const given = await exchange(sendable("/challenge", { request_digest }), signal);
  if (given.status === 200) request.proof_of_work = await work(new TextDecoder().decode(given.body), request_digest, signal);
  return sendable("", request);
}

/** @param {string} challenge @param {string} digest @param {AbortSignal} signal @returns {Promise<object | undefined>} */
async function work(challenge, digest, signal) {
  const bar = /** @type {HTMLProgressElement} */ (element("#working progress"));
  bar.value = 0;
  element("#working").hidden = element("#please-wait").hidden = false;
  /** @type {Worker | undefined} */
  let worker;
  try {
    return await /** @type {Promise<object | undefined>} */ (new Promise((resolve, reject) => {
      signal.addEventListener("abort", reject);
      worker = new Worker(trusted(WORKER), { type: "module" });
      worker.onerror = reject;
      worker.onmessage = ({ data }) => "part" in data ? (bar.value = data.part) : resolve(data.proof);
      worker.postMessage({ challenge, digest, wasm: hasWasm() });
    }));
  } catch {
    return undefined;
  } finally {
    worker?.terminate();
    element("#working").hidden = element("#please-wait").hidden = true;
  }
}

/** @type {{ createScriptURL(url: string): string } | undefined} */
let policy;

/**
 * The page's policy takes the address of a worker from nobody but here, and here it is always the same.
 * @param {string} url @returns {string}
 */
function trusted(url) {
  const names = /** @type {{ trustedTypes?: { createPolicy(name: string, rules: object): { createScriptURL(url: string): string } } }} */ (
    /** @type {unknown} */ (globalThis));
  policy ??= names.trustedTypes?.createPolicy("work", { createScriptURL: () => WORKER });
  return policy?.createScriptURL(url) ?? url;
}
