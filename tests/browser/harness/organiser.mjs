// An organiser with a petition that the demo has not: it opens later, closes soon, or lets tokens wait.

import { execFile } from "node:child_process";
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import { CLI, SAMPLES, folder, remove } from "./places.mjs";

const run = promisify(execFile);

/**
 * Publishes a sample with another short name, open from now on for a day, a batch every second.
 * @param {{ opens?: number, closes?: number, grace?: number, maxWait?: number, redemption?: string, accent?: string, notices?: Notice[] }} changes
 *   Seconds from now; lines of `[redemption]`; a colour; what is said about it at once.
 * @typedef {{ command?: "update" | "close" | "deliver" | "answer" | "earlier-total", toml?: string }} Notice
 */
export async function publish(demo, slug, changes = {}) {
  const directory = await folder("organiser");
  const key = join(directory, "organiser.key");
  await run(CLI, ["organiser", "keygen", key]);
  await publishWith(["--key", key, "--server", demo.url], slug, changes);
  for (const [number, notice] of (changes.notices ?? []).entries()) {
    await publishNotice(join(directory, `notice-${number}`), number + 1, notice, ["--key", key, "--petition", `${demo.url}/p/${slug}`]);
  }
  await remove(directory);
}

/** The same with words of the command line that say whose it is and where it goes. */
export async function publishWith(words, slug, changes = {}) {
  const { opens = -1, closes = 86_400, grace = 3_600, maxWait = 1, redemption = 'rule = "immediate"', accent } = changes;
  const directory = await folder("petition");
  await cp(join(SAMPLES, "night-bus-17"), join(directory, slug), { recursive: true });
  const file = join(directory, slug, "petition.toml");
  let text = await readFile(file, "utf8");
  for (const [line, becomes] of [
    [/^slug = .*$/m, `slug = "${slug}"`],
    [/^opens_at = .*$/m, `opens_at = "${fromNow(opens)}"`],
    [/^closes_at = .*$/m, `closes_at = "${fromNow(closes)}"`],
    [/^grace = .*$/m, `grace = ${grace}`],
    [/^interval = .*$/m, "interval = 1"],
    [/^min_batch = .*$/m, "min_batch = 1"],
    [/^max_wait = .*$/m, `max_wait = ${maxWait}`],
    [/^\[redemption\]\nrule = .*$/m, `[redemption]\n${redemption}`],
  ]) {
    if (!line.test(text)) throw new Error(`the sample has no ${line}`);
    text = text.replace(line, becomes);
  }
  if (accent) text = text.replace(/^slug = .*$/m, `$&\naccent = "${accent}"`);
  await writeFile(file, text);
  await run(CLI, ["organiser", "publish", join(directory, slug), ...words]);
  await remove(directory);
}

function fromNow(seconds) {
  return `${new Date(Date.now() + 1_000 * seconds).toISOString().slice(0, 19)}Z`;
}

/** The day so many days from now. */
export function day(days) {
  return fromNow(86_400 * days).slice(0, 10);
}

/** A notice in two languages. */
async function publishNotice(notice, number, { command = "update", toml = 'kind = "update"' }, words) {
  await mkdir(notice);
  await writeFile(join(notice, "notice.toml"), toml);
  await writeFile(join(notice, "en.md"), `# What happened, part ${number}\n\n**This** and that.\n\n- one\n- two\n`);
  await writeFile(join(notice, "ru.md"), `# Что произошло, часть ${number}\n\n**То** и это.\n\n- раз\n- два\n`);
  await run(CLI, ["organiser", command, notice, ...words]);
}
