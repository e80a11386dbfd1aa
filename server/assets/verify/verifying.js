// Verifies tokens' signatures as fast as the browser can: with WebCrypto where there is one, else in the module itself.

/** @typedef {import("../client/undersign_audit.js").Audit} Audit */
/** @typedef {import("../client/undersign_audit.js").Batch} Batch */

/** Bytes of a token input, and of its signature. */
const MESSAGE = 98;
const SIGNATURE = 256;

const PSS = { name: "RSA-PSS", saltLength: 48 };

/**
 * @param {Audit} audit
 * @returns {Promise<(batch: Batch) => Promise<void>>} What verifies a batch, each signature alone, and tells the audit.
 */
export async function verifier(audit) {
  const key = await imported(audit.key);
  if (!key) return async (batch) => audit.verifyHere(batch);
  return async (batch) => {
    const { length } = batch;
    const [messages, signatures] = [batch.messages, batch.signatures].map((bytes) => /** @type {Uint8Array<ArrayBuffer>} */ (bytes));
    const valid = await Promise.all(Array.from({ length }, (_, at) => {
      const message = messages.subarray(at * MESSAGE, (at + 1) * MESSAGE);
      const signature = signatures.subarray(at * SIGNATURE, (at + 1) * SIGNATURE);
      // An error is a signature that is not valid.
      return crypto.subtle.verify(PSS, key, signature, message).catch(() => false);
    }));
    audit.judged(batch, Uint8Array.from(valid, Number));
  };
}

/** @param {Uint8Array} spki @returns {Promise<CryptoKey | undefined>} Nothing where WebCrypto is missing, as on http from afar. */
async function imported(spki) {
  try {
    const bytes = /** @type {Uint8Array<ArrayBuffer>} */ (spki);
    return await crypto.subtle.importKey("spki", bytes, { name: "RSA-PSS", hash: "SHA-384" }, false, ["verify"]);
  } catch {
    return undefined;
  }
}
