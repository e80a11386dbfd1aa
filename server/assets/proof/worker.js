// Does the work that a challenge asks for, beside the page, which stays alive meanwhile. It is given no address, asks this host for its own
// module and for nothing else, and stores nothing.

/** @typedef {{ challenge: string, digest: string, wasm: boolean }} WorkWanted `wasm`: whether this browser takes WebAssembly. */
/** @typedef {{ part: number } | { proof: object | undefined }} WorkReport `part`: of all tries, from 0 to 1. Without a proof there is none. */

/** Tries between two reports. */
const AT_ONCE = 50;

/** Tries that WebCrypto has at the same time, so that none waits for the next to be handed over. */
const TOGETHER = 8;

/** Most iterations that a server may ask for; the module knows it as well. */
const MOST_WORK = 200_000_000;

addEventListener("message", async ({ data }) => {
  try {
    report({ proof: await (data.wasm ? withWasm(data) : withWebCrypto(data)) });
  } catch {
    report({ proof: undefined });
  }
}, { once: true });

/** @param {WorkWanted} wanted @returns {Promise<object>} */
async function withWasm({ challenge, digest }) {
  const { default: load, Work } = await import("../client/undersign_proof.js");
  await load();
  const work = new Work(new TextEncoder().encode(challenge), digest);
  for (;;) {
    const proof = work.run(AT_ONCE);
    if (proof !== undefined) return JSON.parse(proof);
    report({ part: work.part });
  }
}

/** The same where WebAssembly is off: the browser has what derives the keys built in. @param {WorkWanted} wanted @returns {Promise<object>} */
async function withWebCrypto({ challenge, digest }) {
  const given = JSON.parse(challenge);
  const { algorithm, cost, data, keyPrefix, nonce, salt } = given.parameters;
  const most = data.most_tries;
  if (algorithm !== "PBKDF2/SHA-256" || data.request_digest !== digest || !(cost * most <= MOST_WORK)) throw new Error("not to be done");
  const derive = { name: "PBKDF2", hash: "SHA-256", salt: bytes(salt), iterations: cost };
  for (let first = 1; first <= most; first += TOGETHER) {
    const counters = Array.from({ length: TOGETHER }, (_, at) => first + at);
    const keys = await Promise.all(counters.map(async (counter) => {
      const password = new Uint8Array(20);
      password.set(bytes(nonce));
      new DataView(password.buffer).setUint32(16, counter);
      const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
      return hex(new Uint8Array(await crypto.subtle.deriveBits(derive, key, 256)));
    }));
    const at = keys.findIndex((key) => key.startsWith(keyPrefix));
    if (at >= 0) return { challenge: given, solution: { counter: counters[at], derivedKey: keys[at] } };
    report({ part: first / most });
  }
  throw new Error("no solution");
}

/** @param {string} digits @returns {Uint8Array<ArrayBuffer>} */
function bytes(digits) {
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

/** @param {Uint8Array} key @returns {string} */
function hex(key) {
  return Array.from(key, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {WorkReport} message */
function report(message) {
  postMessage(message);
}
