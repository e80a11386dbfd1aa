// Everything that a browser has written to the disk for a profile, to search for what must not be there.

import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";

/** Names of the files that hold a text, as UTF-8 or as UTF-16, which browsers use inside their databases. */
export async function filesWith(directory, text) {
  const forms = [Buffer.from(text, "utf8"), Buffer.from(text, "utf16le")];
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const found = [];
  for (const entry of entries.filter((one) => one.isFile())) {
    const path = join(entry.parentPath ?? entry.path, entry.name);
    const content = await readFile(path);
    if (forms.some((form) => content.includes(form))) found.push(path.slice(directory.length + 1));
  }
  return found;
}
