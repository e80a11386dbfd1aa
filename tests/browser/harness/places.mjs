// Where things are: the programs as `cargo build` leaves them, the client package as `cargo xtask client` does.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
export const SERVER = join(ROOT, "target/debug/undersign-server");
export const CLI = join(ROOT, "target/debug/undersign");
export const EVIL = join(ROOT, "target/debug/evil_server");
export const CLIENT = join(ROOT, "target/client");
export const SAMPLES = join(ROOT, "server/samples");

/** A new empty folder. */
export function folder(name) {
  return mkdtemp(join(tmpdir(), `undersign-${name}-`));
}

/** Removes a folder; a program that has only just ended may still be writing into it. */
export function remove(path) {
  return rm(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
}
