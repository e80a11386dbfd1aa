// The fourth step: the address is confirmed, the token is fetched.

import { Stopped, failure } from "./errors.js";
import { say, show } from "./panels.js";
import { Backoff, now } from "./patience.js";
import { send } from "./transport.js";

/** @typedef {import("./signing.js").Signing} Signing */

/** @param {Signing} signing */
export async function fetchToken(signing) {
  const { client, journey } = signing;
  const { signal } = signing.ended;
  const backoff = new Backoff();
  show("handing-in");
  while (!signal.aborted) {
    try {
      const answer = await send(client, journey.tokenRequest(), signal);
      const step = journey.tokenAnswered(answer, now());
      await signing.keep();
      // The server keeps a confirmation for two days. A new mail for the same request brings it back.
      if (step === client.Step.Prepared) signing.note = "not-confirmed";
      return;
    } catch (error) {
      if (signal.aborted) return;
      const { message, isTransient, retryAfter } = failure(client, error);
      if (!isTransient) throw new Stopped(message, { keep: message !== "closed" });
      say(message);
      await backoff.wait({ retryAfter, signal });
    }
  }
}
