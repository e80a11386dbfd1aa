// Recounts a petition, beside the page, which stays alive meanwhile. It asks this origin for the total, the signed head and every entry,
// and for nothing else, so nobody learns what somebody looks for. It stores nothing.

import { verifier } from "./verifying.js";

/** @typedef {typeof import("../client/undersign_audit.js")} Module */
/** @typedef {import("../client/undersign_audit.js").Audit} Audit */
/** @typedef {{ total: number, signatures: number, withdrawals: number, issued: number, treeSize: number, root: string, petitionId: string, head: string }} Verdict `head`: the signed head, as it came. */
/** @typedef {{ petitionId: string, remembered: string | undefined, wasm: boolean }} Wanted `remembered`: the head of an earlier count. `wasm`: whether this browser takes WebAssembly. */
/** @typedef {{ reason: string, entry: number | undefined, text: string }} Failure `reason` is `network` where no answer came. */
/** @typedef {{ progress: { signatures: number } } | { verdict: Verdict } | { failure: Failure }} Report */

/** Bundles that are asked for ahead, and batches that are being verified. */
const AHEAD = 4;

/** Tries of one request, with pauses of 1, 2 and 4 seconds in between. */
const TRIES = 4;

class NoAnswer extends Error {}

addEventListener("message", async ({ data }) => {
  /** @type {Module | undefined} */
  let module;
  try {
    module = await load(data);
    report({ verdict: await recount(module, data) });
  } catch (error) {
    report({ failure: plain(error, module) });
  }
}, { once: true });

/** @param {Wanted} wanted @returns {Promise<Module>} */
async function load({ wasm }) {
  const module = await (wasm ? import("../client/undersign_audit.js") : withoutWasm());
  await module.default();
  return module;
}

/** The same as JavaScript. @returns {Promise<Module>} */
function withoutWasm() {
  return /** @type {Promise<any>} */ (import("../client/undersign_audit_fallback.js"));
}

/** @param {Module} module @param {Wanted} wanted @returns {Promise<Verdict>} */
async function recount({ Heads }, { petitionId, remembered }) {
  const path = `/v1/petitions/${petitionId}`;
  const tile = (/** @type {string} */ bundle) => ask(`${path}/log/tile/${bundle}`);
  // In this order: the head is then of the total's tree or of a later one.
  const total = await ask(`${path}/total`);
  const checkpoint = await ask(`${path}/log/checkpoint`);
  const heads = new Heads(total, checkpoint);
  const audit = heads.begin(petitionId, await tile(heads.firstBundle), remembered);
  await takeAll(audit, tile);
  const found = audit.finish();
  const { total: counted, signatures, withdrawals, issued, treeSize, root } = found;
  const head = new TextDecoder().decode(checkpoint);
  return { total: counted, signatures, withdrawals, issued, treeSize, root, petitionId: found.petitionId, head };
}

/** @param {Audit} audit @param {(bundle: string) => Promise<Uint8Array>} tile */
async function takeAll(audit, tile) {
  const verify = await verifier(audit);
  const { bundles } = audit;
  /** @type {Promise<Uint8Array>[]} */
  const asked = [];
  /** @type {Promise<void>[]} */
  const verifying = [];
  for (let next = 0; next < bundles.length && !audit.hasFailed; next += 1) {
    while (asked.length < bundles.length && asked.length <= next + AHEAD) {
      const answer = tile(bundles[asked.length]);
      // Looked at in its turn.
      answer.catch(() => {});
      asked.push(answer);
    }
    const batch = audit.take(await asked[next]);
    delete asked[next];
    verifying.push(verify(batch).then(() => report({ progress: { signatures: audit.signatures } })));
    if (verifying.length >= AHEAD) await verifying.shift();
  }
  await Promise.all(verifying);
}

/** @param {string} path @returns {Promise<Uint8Array>} */
async function ask(path) {
  for (let tries = 1; ; tries += 1) {
    try {
      const response = await fetch(path, { credentials: "omit", referrerPolicy: "no-referrer", redirect: "error", cache: "no-store" });
      if (response.ok) return new Uint8Array(await response.arrayBuffer());
    } catch {
      // As an answer that says nothing: tried again.
    }
    if (tries === TRIES) throw new NoAnswer(path);
    await new Promise((resolve) => setTimeout(resolve, 500 * 2 ** tries));
  }
}

/** @param {unknown} error @param {Module | undefined} module @returns {Failure} */
function plain(error, module) {
  if (module && error instanceof module.AuditError) return { reason: error.reason, entry: error.entry, text: error.message };
  if (error instanceof NoAnswer) return { reason: "network", entry: undefined, text: error.message };
  return { reason: "broken", entry: undefined, text: String(error) };
}

/** @param {Report} message */
function report(message) {
  postMessage(message);
}
