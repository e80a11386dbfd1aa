// What a browser has left on the disk.

import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";

import { until } from "./patience.mjs";

/**
 * Names of the files of a folder in which a text stands, or the same text as UTF-16. Of a browser that was killed, helpers may live a
 * moment longer and move a file while it is read: then all is read again, so that nothing is missed by its new name.
 */
export async function filesWith(directory, text) {
  const forms = [Buffer.from(text, "utf8"), Buffer.from(text, "utf16le")];
  return until(`a folder that stays as it is: ${directory}`, async () => {
    try {
      return await found(directory, forms);
    } catch (error) {
      if (error.code === "ENOENT") return undefined;
      throw error;
    }
  });
}

async function found(directory, forms) {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const names = [];
  for (const entry of entries.filter((one) => one.isFile())) {
    const path = join(entry.parentPath ?? entry.path, entry.name);
    const content = await readFile(path);
    if (forms.some((form) => content.includes(form))) names.push(path.slice(directory.length + 1));
  }
  return names;
}
