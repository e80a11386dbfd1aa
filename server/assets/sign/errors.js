// What can go wrong, which sentence it deserves, and whether time alone can mend it.

import { NoAnswer } from "./transport.js";

/** The signing cannot go on; the message says why. */
export class Stopped extends Error {
  /**
   * @param {string} message Name of a sentence of the page.
   * @param {{ keep?: boolean }} [options] `keep`: what is saved may still lead to the end, later.
   */
  constructor(message, { keep = false } = {}) {
    super(message);
    this.keep = keep;
  }
}

/** @typedef {{ message: string, isTransient: boolean, retryAfter: number | undefined, detail?: string }} Failure */

/**
 * @param {typeof import("../client/undersign_client.js")} client @param {unknown} error
 * @returns {Failure} `message` is the name of a sentence of the page, `detail` says in English what was found. What is no failure of a request is thrown on.
 */
export function failure(client, error) {
  if (error instanceof NoAnswer) return { message: "network", isTransient: true, retryAfter: undefined };
  if (!(error instanceof client.ClientError)) throw error;
  const { kind, problem, isTransient, retryAfter } = error;
  const message = kind === "answer" ? (problem ?? (isTransient ? "unavailable" : "unexpected")) : kind;
  return { message, isTransient, retryAfter, detail: error.message };
}
