// The mails of the demo: one file each.

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { until } from "./patience.mjs";

export class Mailbox {
  #folder;

  constructor(folder) {
    this.#folder = folder;
  }

  /** All mails to an address. */
  async to(address) {
    const names = (await readdir(this.#folder).catch(() => [])).filter((name) => name.endsWith(".eml"));
    const mails = await Promise.all(names.map(async (name) => parse(await readFile(join(this.#folder, name), "utf8"))));
    return mails.filter((mail) => mail.to === address);
  }

  /** Waits for the first mail to an address. */
  async first(address) {
    const [mail] = await until("a mail", async () => {
      const mails = await this.to(address);
      return mails.length > 0 && mails;
    });
    return mail;
  }

  /** Waits for a mail to an address that is not one of those given. */
  next(address, ...known) {
    const links = known.map((mail) => mail.link);
    return until("another mail", async () => (await this.to(address)).find((mail) => !links.includes(mail.link)));
  }
}

/** A mail as the server writes it: one part of plain text, the code in it as in the subject. */
function parse(raw) {
  const [head, body] = raw.replaceAll("\r\n", "\n").split(/\n\n(.*)/s);
  const isBase64 = /^Content-Transfer-Encoding: base64$/m.test(head);
  const text = isBase64 ? Buffer.from(body, "base64").toString() : quotedPrintable(body);
  return {
    to: /^To: (.*)$/m.exec(head)[1],
    raw,
    text,
    code: /\d{4}-\d{4}/.exec(text)[0],
    link: /\S+\/confirm\?t=\S+/.exec(text)[0],
  };
}

/** RFC 2045 §6.7. */
function quotedPrintable(body) {
  const bytes = body.replaceAll("=\n", "").replace(/=([0-9A-F]{2})/g, (_, digits) => String.fromCharCode(parseInt(digits, 16)));
  return Buffer.from(bytes, "latin1").toString();
}
