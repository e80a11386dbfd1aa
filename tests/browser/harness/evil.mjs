// The lying server of the system tests (tests/src/evil/), as a process: one lie at a time, with all keys, to a page.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

import { Mailbox } from "./mailbox.mjs";
import { EVIL } from "./places.mjs";

/** Starts an honest server, with one petition, and whoever lies in front of it. */
export async function startEvil() {
  const evil = new Evil();
  await evil.start();
  return evil;
}

class Evil {
  #process;
  #lines;
  #addresses = 0;
  #last = Promise.resolve();

  async start() {
    // It ends, and what it has started with it, when nobody writes to it any more.
    this.#process = spawn(EVIL, [], { stdio: ["pipe", "pipe", "inherit"] });
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
    const { slug, petition_id: id, outbox } = await this.#line();
    Object.assign(this, { slug, id, mailbox: new Mailbox(outbox) });
  }

  async stop() {
    this.#process.stdin.end();
    if (this.#process.exitCode === null) await once(this.#process, "exit");
  }

  /** A server that tells a lie; `tests/src/evil/lies.rs` has their names. */
  async tells(lie) {
    const { url } = await this.#ask(`tell ${lie}`);
    return {
      url,
      /** Address of a page of the petition: `""`, `"/verify"`. `pin`: what the link pins; nothing where it is empty. */
      page: (path = "", pin = this.id) => `${url}/en/p/${this.slug}${path}${pin && `#${pin}`}`,
      tells: (another) => this.#ask(`change ${url} ${another}`),
    };
  }

  /** An address that nobody has used yet. */
  newAddress() {
    this.#addresses += 1;
    return `signer${String(this.#addresses).padStart(4, "0")}@example.org`;
  }

  /** One question after the other: answers have no names. */
  #ask(line) {
    const answer = this.#last.then(() => {
      this.#process.stdin.write(`${line}\n`);
      return this.#line();
    });
    this.#last = answer.catch(() => {});
    return answer;
  }

  async #line() {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error("the lying server has ended");
    const answer = JSON.parse(value);
    if (answer.error) throw new Error(answer.error);
    return answer;
  }
}
