// A demo server of one's own: three open petitions, mails in files, a batch every second.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";

import { Mailbox } from "./mailbox.mjs";
import { LONG, until } from "./patience.mjs";
import { CLIENT, SERVER, folder, remove } from "./places.mjs";

/** The demo's petitions, in the order in which they were opened. */
export const PETITIONS = ["no-forced-messenger", "night-bus-17", "open-archive"];

/** Starts a server and waits until its petitions are open. `client`: where the package is that browsers load, if there is to be one. */
export async function startDemo({ client = CLIENT } = {}) {
  const demo = new Demo(await freePort(), await folder("demo"));
  await demo.start(client);
  return demo;
}

export class Demo {
  #process;
  #addresses = 0;

  constructor(port, directory) {
    this.directory = directory;
    this.host = `127.0.0.1:${port}`;
    this.url = `http://${this.host}`;
    this.mailbox = new Mailbox(join(directory, "outbox"));
  }

  async start(client) {
    const words = ["demo", "--listen", this.host, "--data-dir", this.directory, "--publish-interval", "1"];
    if (client) words.push("--client-dir", client);
    this.#process = spawn(SERVER, words, { stdio: ["ignore", "pipe", "pipe"] });
    const kill = () => this.#process.kill("SIGKILL");
    process.on("exit", kill);
    this.#process.once("exit", () => process.off("exit", kill));
    let output = "";
    for (const pipe of [this.#process.stdout, this.#process.stderr]) pipe.on("data", (data) => (output += data));
    await until(`the demo's start; it said: ${output}`, () => {
      if (this.#process.exitCode !== null) throw new Error(`the demo has ended: ${output}`);
      return output.includes("is ready at");
    });
  }

  async stop() {
    if (this.#process.exitCode === null) {
      this.#process.kill("SIGKILL");
      await once(this.#process, "exit");
    }
    await remove(this.directory);
  }

  /** The address of a petition's page. */
  page(slug, language = "en") {
    return `${this.url}/${language}/p/${slug}`;
  }

  /** An address that nobody has used yet, always of the same length. */
  newAddress() {
    this.#addresses += 1;
    return `signer${String(this.#addresses).padStart(4, "0")}@example.org`;
  }

  /** What the server says of a petition: `total`, `issued` and the rest. */
  async tally(slug) {
    // The address of a tally is cacheable for a second; what is asked here is what holds now.
    const answer = await fetch(`${this.url}/v1/petitions/${slug}/total`, { cache: "no-store" });
    return answer.json();
  }

  /** Waits until the public count of a petition is at least `least`, and gives back the tally. */
  tallyOf(slug, least) {
    return until(`${least} signatures of ${slug}`, async () => {
      const tally = await this.tally(slug);
      return tally.total >= least && tally;
    }, { timeout: LONG });
  }

  /** Waits until the public count of a petition is `total` again, after as many withdrawals. */
  withdrawnOf(slug, total, withdrawals) {
    return until(`${total} signatures of ${slug} after ${withdrawals} withdrawals`, async () => {
      const tally = await this.tally(slug);
      return tally.total === total && tally.withdrawals === withdrawals && tally;
    }, { timeout: LONG });
  }

  /** Waits until two more batches could have been published: what was handed in until now is counted. */
  async settle() {
    await new Promise((resolve) => setTimeout(resolve, 3_000));
  }
}

/** A port that nothing listens on now, below those from which the system takes ports for connections. */
export async function freePort() {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 22_000);
    const server = createServer();
    const isFree = await new Promise((resolve) => {
      server.once("error", () => resolve(false));
      server.listen(port, "127.0.0.1", () => resolve(true));
    });
    if (isFree) {
      server.close();
      await once(server, "close");
      return port;
    }
  }
}
