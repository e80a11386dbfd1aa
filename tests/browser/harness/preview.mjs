// `undersign organiser preview` of a sample, in a folder that a test may change.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { CLI, SAMPLES, folder, remove } from "./places.mjs";

const SAMPLE = "night-bus-17";

/** Starts the command and waits for what it says first. */
export async function startPreview() {
  const directory = await folder("preview");
  await cp(join(SAMPLES, SAMPLE), directory, { recursive: true });
  const command = spawn(CLI, ["--json", "organiser", "preview", directory], { stdio: ["ignore", "pipe", "inherit"] });
  const kill = () => command.kill("SIGKILL");
  process.on("exit", kill);
  const [line] = await once(createInterface({ input: command.stdout }), "line");
  const { origin } = JSON.parse(line);
  return {
    page: (language = "en") => `${origin}/${language}/p/${SAMPLE}`,
    /** Writes another text in the place of one in a file of the folder. */
    async replace(name, old, becomes) {
      const file = join(directory, name);
      const text = await readFile(file, "utf8");
      if (!text.includes(old)) throw new Error(`${name} does not contain ${old}`);
      await writeFile(file, text.replace(old, becomes));
    },
    async stop() {
      process.off("exit", kill);
      command.kill("SIGINT");
      const [code] = await once(command, "exit");
      await remove(directory);
      return code;
    },
  };
}
