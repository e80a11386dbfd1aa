// Waiting between tries.

/** Milliseconds. */
const SHORTEST = 1_000;
const LONGEST = 30_000;

/** Each wait is twice as long as the last, and a little different for everyone. */
export class Backoff {
  #next = SHORTEST;

  /**
   * Waits. Ends at once when the page is looked at again: phones stop the clocks of pages in the background.
   * @param {{ retryAfter?: number, signal?: AbortSignal }} [options] What the server asked for, in seconds, is the least.
   */
  async wait({ retryAfter = 0, signal } = {}) {
    const least = Math.min(retryAfter * 1_000, LONGEST);
    const milliseconds = Math.max(least, this.#next * (0.75 + Math.random() / 2));
    this.#next = Math.min(this.#next * 2, LONGEST);
    await pause(milliseconds, signal);
  }

  /** The last try went well. */
  reset() {
    this.#next = SHORTEST;
  }
}

/**
 * @param {number} milliseconds @param {AbortSignal} [signal] @returns {Promise<void>}
 */
export function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", looked);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const looked = () => document.visibilityState === "visible" && end();
    const timer = setTimeout(end, milliseconds);
    document.addEventListener("visibilitychange", looked);
    signal?.addEventListener("abort", end);
    if (signal?.aborted) end();
  });
}

/** @returns {number} Seconds since 1970. */
export function now() {
  return Math.floor(Date.now() / 1_000);
}
