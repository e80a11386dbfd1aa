// Chromium, as the system has it. A profile is a person's browser: its pages share one storage, and no other profile sees it.

import { mkdir, readlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { chromium } from "playwright-core";

import { LONG, until } from "./patience.mjs";
import { folder, remove } from "./places.mjs";

const options = {
  executablePath: process.env.UNDERSIGN_CHROMIUM ?? "/usr/bin/chromium",
  headless: process.env.UNDERSIGN_HEADED === undefined,
  // As root there is no sandbox; and without a network, what a browser does on its own account would fail many times a second.
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"],
  // Back and forward as people have them: a page may come back as it was left.
  ignoreDefaultArgs: ["--disable-back-forward-cache"],
};

const view = { viewport: { width: 390, height: 844 }, locale: "en-GB" };

/** One Chromium for several profiles that need not outlive it. `flags`: more words of its command line. */
export async function launch({ flags = [] } = {}) {
  const browser = await chromium.launch({ ...options, args: [...options.args, ...flags] });
  return {
    /** A new profile, as a private window has one. */
    profile: async (settings = {}) => patient(await browser.newContext({ ...view, ...settings })),
    close: () => browser.close(),
  };
}

/** A profile on the disk, in a browser of its own. It can be killed and opened again. */
export class DiskProfile {
  #settings;

  constructor(directory, settings) {
    this.directory = directory;
    this.#settings = settings;
  }

  static async create(settings = {}) {
    const profile = new DiskProfile(await folder("profile"), settings);
    await profile.open();
    return profile;
  }

  async open() {
    this.context = patient(await chromium.launchPersistentContext(this.directory, { ...options, ...view, ...this.#settings }));
  }

  /** `kill -9`: nothing of the browser gets to write anything more. */
  async kill() {
    const closed = this.context.waitForEvent("close", { timeout: LONG });
    // The browser itself writes its process id there, so that no second one takes the same profile.
    const lock = await readlink(join(this.directory, "SingletonLock"));
    process.kill(Number(lock.slice(lock.lastIndexOf("-") + 1)), "SIGKILL");
    await closed;
  }

  async close() {
    await this.context.close();
  }

  async remove() {
    await this.context.close().catch(() => {});
    await remove(this.directory);
  }
}

/**
 * A profile with settings as a person makes them on Chromium's own page.
 * @param {"cookies" | "javascript"} what Forbidden to all sites; with cookies goes everything that sites can store.
 */
export async function profileThatForbids(what) {
  const directory = await folder("profile");
  await mkdir(join(directory, "Default"));
  const preferences = { profile: { default_content_setting_values: { [what]: 2 } } };
  await writeFile(join(directory, "Default/Preferences"), JSON.stringify(preferences));
  const profile = new DiskProfile(directory, {});
  await profile.open();
  return profile;
}

/** Deletes everything that a site has stored in a profile, as the browser's settings do. */
export async function clearStorage(page) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Storage.clearDataForOrigin", { origin: new URL(page.url()).origin, storageTypes: "all" });
  await devtools.detach();
  await until("empty storage", () => page.evaluate(async () => (await indexedDB.databases()).length === 0));
}

function patient(context) {
  context.setDefaultTimeout(LONG);
  return context;
}
