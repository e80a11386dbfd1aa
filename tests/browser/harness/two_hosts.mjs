// Two machines as `init` sets them up, on one, and Caddy in front of them: three names, TLS, two programs.

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import { freePort } from "./demo.mjs";
import { Mailbox } from "./mailbox.mjs";
import { publishWith } from "./organiser.mjs";
import { LONG, until } from "./patience.mjs";
import { CLI, CLIENT, SERVER, folder, remove } from "./places.mjs";

const run = promisify(execFile);

/** Starts everything and publishes petitions of these short names, a batch every second. */
export async function startTwoHosts(slugs) {
  const hosts = new TwoHosts(await folder("two-hosts"));
  await hosts.start();
  for (const slug of slugs) await hosts.publish(slug);
  return hosts;
}

class TwoHosts {
  #processes = [];
  #servers = {};
  #addresses = 0;
  #ports = {};

  constructor(directory) {
    this.directory = directory;
    this.mailbox = new Mailbox(join(directory, "outbox"));
  }

  async start() {
    for (const name of ["ids", "petitions", "mail", "identified", "anonymous", "plain"]) this.#ports[name] = await freePort();
    /** What browsers call the two sides and the name in mails. Chromium finds names that end like this on its own machine. */
    this.issuer = `https://ids.localhost:${this.#ports.ids}`;
    this.origin = `https://petitions.localhost:${this.#ports.petitions}`;
    this.mail = `https://mail.localhost:${this.#ports.mail}`;
    this.key = join(this.directory, "organiser.key");
    const made = await run(CLI, ["organiser", "keygen", this.key, "--json"]);
    const organiser = JSON.parse(made.stdout).public_key;
    await this.#init("identified", [
      [/"127\.0\.0\.1:8081"/, `"127.0.0.1:${this.#ports.identified}"`],
      [/\n\[identified\.mail\.smtp\][^[]*/, `\n`],
      [/^link_origin = .*$/m, `$&\nfiles = "${join(this.directory, "outbox")}"`],
      [/^organisers = \[\]$/m, `organisers = ["${organiser}"]`],
    ]);
    await this.#init("anonymous", [
      [/"127\.0\.0\.1:8082"/, `"127.0.0.1:${this.#ports.anonymous}"`],
      // Programs do not find these names as Chromium does.
      [/^issuer_url = .*$/m, `issuer_url = "http://127.0.0.1:${this.#ports.identified}"`],
      [/^# client_dir = .*$/m, `client_dir = "${CLIENT}"`],
      [/^organisers = \[\]$/m, `organisers = ["${organiser}"]`],
      [/$/, `\n[anonymous.pages]\n${await this.#about()}`],
    ]);
    for (const side of ["identified", "anonymous"]) {
      const words = ["serve", "--config", join(this.directory, side, `${side}.toml`), "--side", side];
      this.#servers[side] = this.#spawn(SERVER, words);
      await answers(`http://127.0.0.1:${this.#ports[side]}/v1/petitions`);
    }
    await this.#startCaddy();
  }

  async stop() {
    for (const process of this.#processes) {
      process.kill("SIGKILL");
      if (process.exitCode === null) await once(process, "exit");
    }
    await remove(this.directory);
  }

  /** Publishes a petition at both programs. */
  publish(slug) {
    const [issuer, origin] = ["identified", "anonymous"].map((side) => `http://127.0.0.1:${this.#ports[side]}`);
    return publishWith(["--key", this.key, "--server", origin, "--issuer-server", issuer], slug);
  }

  /** Says this on every page of both sides from now on. */
  async announce(announcement) {
    for (const [side, server] of Object.entries(this.#servers)) {
      await writeFile(join(this.directory, side, "announcement.toml"), announcement);
      server.kill("SIGHUP");
    }
  }

  /** The address of a petition's page. */
  page(slug, language = "en") {
    return `${this.origin}/${language}/p/${slug}`;
  }

  /** An address that nobody has used yet. */
  newAddress() {
    this.#addresses += 1;
    return `signer${String(this.#addresses).padStart(4, "0")}@example.org`;
  }

  /** What the anonymous side says of a petition. */
  async tally(slug) {
    const answer = await fetch(`http://127.0.0.1:${this.#ports.anonymous}/v1/petitions/${slug}/total`, { cache: "no-store" });
    return answer.json();
  }

  async #init(side, changes) {
    const [issuer, origin, mail] = [this.issuer, this.origin, this.mail].map((url) => new URL(url).host);
    const directory = join(this.directory, side);
    const words = ["init", "--issuer-host", issuer, "--origin-host", origin, "--mail-host", mail, "--side", side, "--dir", directory];
    await run(SERVER, words);
    await change(join(directory, `${side}.toml`), changes);
  }

  /** Who runs the site, in the operator's words: settings of the pages. */
  async #about() {
    const texts = {
      en: "We are four people in Yerevan. Nobody pays us but readers.\n\n- We publish what we spend.\n- We keep no lists.\n",
      ru: "Нас четверо, мы живём в Ереване. Нас содержат только читатели.\n\n- Мы публикуем расходы.\n- Списков мы не ведём.\n",
    };
    for (const [language, text] of Object.entries(texts)) await writeFile(join(this.directory, `about.${language}.md`), text);
    const files = Object.keys(texts).map((language) => `${language} = "${join(this.directory, `about.${language}.md`)}"`);
    return `name = "Open Letters"\nabout = { ${files.join(", ")} }\n`;
  }

  /** One Caddy for both machines: what is global stands in its file once; ports are the test's, certificates Caddy's own. */
  async #startCaddy() {
    const [identified, anonymous] = await Promise.all(
      ["identified", "anonymous"].map((side) => readFile(join(this.directory, side, "proxy/Caddyfile"), "utf8")),
    );
    const sites = anonymous.slice(anonymous.indexOf("# Pages, signatures"));
    const file = join(this.directory, "Caddyfile");
    await writeFile(file, identified + sites);
    await change(file, [
      [/^\{$/m, `{\n\tadmin off\n\tskip_install_trust\n\tauto_https disable_redirects\n\thttp_port ${this.#ports.plain}`],
      [/:8081/g, `:${this.#ports.identified}`],
      [/:8082/g, `:${this.#ports.anonymous}`],
      [/^\timport undersign$/gm, "$&\n\ttls internal"],
    ]);
    const home = join(this.directory, "caddy");
    await mkdir(home);
    const env = { ...process.env, HOME: home, XDG_DATA_HOME: home, XDG_CONFIG_HOME: home };
    const caddy = this.#spawn("caddy", ["run", "--adapter", "caddyfile", "--config", file], { env });
    let output = "";
    caddy.stderr.on("data", (data) => (output += data));
    await until("Caddy's start", () => {
      if (caddy.exitCode !== null) throw new Error(`Caddy has ended: ${output}`);
      return output.includes("serving initial configuration");
    }, { timeout: LONG });
  }

  #spawn(program, words, options = {}) {
    const child = spawn(program, words, { stdio: ["ignore", "ignore", "pipe"], ...options });
    // Where nobody reads it, a full pipe would stop the program.
    child.stderr.resume();
    process.on("exit", () => child.kill("SIGKILL"));
    this.#processes.push(child);
    return child;
  }
}

async function change(file, changes) {
  let text = await readFile(file, "utf8");
  for (const [what, becomes] of changes) {
    if (text.search(what) < 0) throw new Error(`${file} has no ${what}`);
    text = text.replace(what, becomes);
  }
  await writeFile(file, text);
}

function answers(url) {
  return until(`an answer at ${url}`, () => fetch(url).then(() => true, () => false), { timeout: LONG });
}
