// Searching bytes for a secret in every form in which it could travel.

/** Shorter ones are found everywhere by chance. */
const SHORTEST = 16;

/** Whether the bytes hold the secret: as it is, in hexadecimal, in base64 or base64url at any offset, also percent-encoded. */
export function holds(bytes, secret) {
  if (secret.length < SHORTEST) throw new Error("too short to be searched for");
  if (bytes.includes(secret)) return true;
  const texts = [bytes.toString("latin1")];
  texts.push(unescaped(texts[0]));
  return texts.some((text) => inHex(text, secret) || inBase64(text, secret));
}

/** What can stand for bytes in a text: each stretch of base64 or hexadecimal in it, decoded; and the text itself. */
export function decodings(bytes) {
  const text = unescaped(bytes.toString("latin1"));
  const runs = text.match(/[A-Za-z0-9+/_-]{16,}/g) ?? [];
  return [bytes, ...runs.flatMap((run) => [0, 1, 2, 3].map((skip) => Buffer.from(run.slice(skip), "base64url"))),
    ...(text.match(/[0-9a-fA-F]{32,}/g) ?? []).map((run) => Buffer.from(run, "hex"))];
}

function inHex(text, secret) {
  return text.toLowerCase().includes(secret.toString("hex"));
}

/** Within longer bytes a secret can begin at any of three places of a group of base64. */
function inBase64(text, secret) {
  const standard = text.replaceAll("-", "+").replaceAll("_", "/");
  return [0, 1, 2].some((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), secret]).toString("base64").replaceAll("=", "");
    // The characters at both ends are shared with what stands beside.
    return standard.includes(encoded.slice(offset === 0 ? 0 : offset + 1, -1));
  });
}

function unescaped(text) {
  return text.replace(/%([0-9a-fA-F]{2})/g, (_, digits) => String.fromCharCode(parseInt(digits, 16)));
}
