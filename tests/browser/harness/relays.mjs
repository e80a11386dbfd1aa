// A server that announces relays, and the relays: programs of their own, which a test starts and ends one by one.

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import { freePort } from "./demo.mjs";
import { Mailbox } from "./mailbox.mjs";
import { publishWith } from "./organiser.mjs";
import { LONG, until } from "./patience.mjs";
import { CLI, CLIENT, SERVER, folder, remove } from "./places.mjs";

const run = promisify(execFile);

/** What relays call the server. */
const NAME = "petitions.example";

/** Starts a server with so many relays announced, none of which runs, and publishes a petition. */
export async function startRelayed(count, slug) {
  const site = new Relayed(await folder("relayed"));
  await site.start(count);
  await site.publish(slug);
  return site;
}

class Relayed {
  #server;
  #words = [];
  #addresses = 0;

  constructor(directory) {
    this.directory = directory;
    this.mailbox = new Mailbox(join(directory, "outbox"));
  }

  async start(count) {
    this.host = `127.0.0.1:${await freePort()}`;
    this.url = `http://${this.host}`;
    const organiser = join(this.directory, "organiser.key");
    const made = await run(CLI, ["organiser", "keygen", organiser, "--json"]);
    this.#words = ["--key", organiser, "--server", this.url];
    this.relays = [];
    for (let number = 0; number < count; number += 1) this.relays.push(new Relay(this.directory, number, this.url, await freePort()));
    const config = join(this.directory, "server.toml");
    await writeFile(config, this.#config(JSON.parse(made.stdout).public_key));
    this.#server = start(["serve", "--config", config]);
    await answers(`${this.url}/v1/petitions`);
    const key = `${this.url}/.well-known/ohttp-gateway`;
    await until("the gateway's first key", () => fetch(key).then((answer) => answer.ok), { timeout: LONG });
  }

  publish(slug) {
    return publishWith(this.#words, slug);
  }

  async stop() {
    await Promise.all([end(this.#server), ...this.relays.map((relay) => relay.stop())]);
    await remove(this.directory);
  }

  /** The address of a petition's page. */
  page(slug, language = "en") {
    return `${this.url}/${language}/p/${slug}`;
  }

  /** An address that nobody has used yet. */
  newAddress() {
    this.#addresses += 1;
    return `signer${String(this.#addresses).padStart(4, "0")}@example.org`;
  }

  /** What the server says of a petition. */
  async tally(slug) {
    const answer = await fetch(`${this.url}/v1/petitions/${slug}/total`, { cache: "no-store" });
    return answer.json();
  }

  #config(organiser) {
    const relays = this.relays.map((relay) => `"${relay.url}"`).join(", ");
    const side = (name) => `listen = "${this.host}"
public_url = "${this.url}"
database = "sqlite://${this.directory}/${name}.sqlite"
keys = "${this.directory}/${name}-keys"
organisers = ["${organiser}"]
`;
    return `[identified]
${side("identified")}
[identified.limits]
mails_per_address = 1000
mails_per_domain = 1000
mails_per_network = 1000
mails_per_minute = 1000

[identified.mail]
from = "no-reply@mail.example"
link_origin = "${this.url}"
files = "${this.directory}/outbox"

[anonymous]
${side("anonymous")}client_dir = "${CLIENT}"
oblivious = { relays = [${relays}] }
`;
  }
}

/** A relay for that server alone. */
class Relay {
  #process;

  constructor(directory, number, gateway, port) {
    this.file = join(directory, `relay-${number}.toml`);
    this.gateway = gateway;
    this.host = `127.0.0.1:${port}`;
    /** Where requests are posted to. */
    this.url = `http://${this.host}/${NAME}`;
  }

  async start() {
    const gateway = `[[gateways]]\nhost = "${NAME}"\nurl = "${this.gateway}"\npage_origins = ["${this.gateway}"]\n`;
    await writeFile(this.file, `listen = "${this.host}"\n${gateway}`);
    this.#process = start(["relay", "--config", this.file]);
    await answers(`http://${this.host}/`);
  }

  async stop() {
    if (this.#process) await end(this.#process);
    this.#process = undefined;
  }
}

function start(words) {
  const child = spawn(SERVER, words, { stdio: ["ignore", "ignore", "pipe"] });
  child.output = "";
  child.stderr.on("data", (data) => (child.output += data));
  process.on("exit", () => child.kill("SIGKILL"));
  return child;
}

async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}

function answers(url) {
  return until(`an answer at ${url}`, () => fetch(url).then(() => true, () => false), { timeout: LONG });
}
