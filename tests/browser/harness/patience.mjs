// Waiting for a condition. Nothing here expects that a machine is fast.

import { setTimeout as sleep } from "node:timers/promises";

/** Milliseconds after which nobody believes in it any more. */
export const LONG = 60_000;

/** Asks again and again until the answer is neither undefined, null nor false; gives that answer back. */
export async function until(what, ask, { timeout = LONG, every = 100 } = {}) {
  for (const end = Date.now() + timeout; Date.now() < end; await sleep(every)) {
    const answer = await ask();
    if (answer !== undefined && answer !== null && answer !== false) return answer;
  }
  throw new Error(`in vain, for ${timeout / 1000} seconds: ${what}`);
}
