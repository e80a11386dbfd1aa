// What only the signer's browser may know before the redemption, worked out from what it keeps: the token, and everything that
// went into it (RFC 9474 §4, RFC 8017 §8.1).

import { createHash } from "node:crypto";

const HASH = 48;

/**
 * Secrets of one element of a bundle.
 * @param {{ nonce: string, withdrawal_key: string, blinding_secret: string, token_key: string }} element Of a prepared journey, as it
 *   is kept.
 */
export function blindingSecrets(element) {
  const { n } = publicKey(element.token_key);
  const inverse = bytes(element.blinding_secret);
  return {
    nonce: bytes(element.nonce),
    withdrawalKey: bytes(element.withdrawal_key),
    inverse,
    blind: toBytes(modularInverse(toNumber(inverse), n), 256),
  };
}

/**
 * Secrets of a finished token.
 * @param {{ token: string, withdrawal_key: string, token_key: string }} held Of a journey that holds its token, as it is kept.
 */
export function tokenSecrets(held) {
  const token = bytes(held.token);
  const authenticator = token.subarray(-256);
  const { n, e } = publicKey(held.token_key);
  const encoded = toBytes(power(toNumber(authenticator), e, n), 256);
  const withdrawalKey = bytes(held.withdrawal_key);
  return { token, nonce: token.subarray(2, 34), withdrawalKey, authenticator, encoded, salt: salt(encoded) };
}

/** Whether 32 bytes are the key with which the signature of this nonce can be taken back. */
export function isWithdrawalKey(candidate, nonce) {
  return createHash("sha256").update("undersign withdrawal v1").update(candidate).digest().equals(nonce);
}

/** EMSA-PSS (RFC 8017 §9.1.2), read back: the last bytes of DB. */
function salt(encoded) {
  const masked = encoded.subarray(0, 256 - HASH - 1);
  const hash = encoded.subarray(256 - HASH - 1, 255);
  if (encoded[255] !== 0xbc) throw new Error("not a PSS encoding: the wrong key?");
  const mask = mgf1(hash, masked.length);
  return Buffer.from(masked.map((byte, index) => byte ^ mask[index])).subarray(-HASH);
}

function mgf1(seed, length) {
  const blocks = [];
  for (let counter = 0; counter * HASH < length; counter += 1) {
    const number = Buffer.alloc(4);
    number.writeUInt32BE(counter);
    blocks.push(createHash("sha384").update(seed).update(number).digest());
  }
  return Buffer.concat(blocks).subarray(0, length);
}

/** The two numbers of an RSAPublicKey in an SPKI; Node's own reader gives none out of a key of type RSASSA-PSS. */
function publicKey(text) {
  const spki = bytes(text);
  // INTEGER of 257 bytes (a zero, then 2048 bits), then the exponent's.
  const at = spki.indexOf(Buffer.from([0x02, 0x82, 0x01, 0x01, 0x00])) + 5;
  if (at < 5) throw new Error("not an RSA key of 2048 bits");
  const exponent = spki.subarray(at + 256);
  return { n: toNumber(spki.subarray(at, at + 256)), e: toNumber(exponent.subarray(2, 2 + exponent[1])) };
}

function bytes(text) {
  return Buffer.from(text, "base64url");
}

function toNumber(buffer) {
  return BigInt(`0x${buffer.toString("hex")}`);
}

function toBytes(number, length) {
  return Buffer.from(number.toString(16).padStart(2 * length, "0"), "hex");
}

function power(base, exponent, modulus) {
  let result = 1n;
  for (let square = base % modulus, rest = exponent; rest > 0n; rest >>= 1n, square = (square * square) % modulus) {
    if (rest & 1n) result = (result * square) % modulus;
  }
  return result;
}

/** The extended Euclidean algorithm. */
function modularInverse(number, modulus) {
  let [left, right] = [[number % modulus, 1n], [modulus, 0n]];
  while (left[0] > 1n) {
    const quotient = right[0] / left[0];
    [left, right] = [[right[0] - quotient * left[0], right[1] - quotient * left[1]], left];
  }
  return ((left[1] % modulus) + modulus) % modulus;
}
