// Which sentence a failure deserves, and whether time alone can mend it.

import { NoAnswer } from "./transport.js";

/** @typedef {{ message: string, isTransient: boolean, retryAfter: number | undefined }} Failure */

/**
 * @param {typeof import("../client/undersign_client.js")} client @param {unknown} error
 * @returns {Failure} `message` is the name of a sentence of the page. What is no failure of a request is thrown on.
 */
export function failure(client, error) {
  if (error instanceof NoAnswer) return { message: "network", isTransient: true, retryAfter: undefined };
  if (!(error instanceof client.ClientError)) throw error;
  const { kind, problem, isTransient, retryAfter } = error;
  const message = kind === "answer" ? (problem ?? (isTransient ? "unavailable" : "unexpected")) : kind;
  return { message, isTransient, retryAfter };
}
