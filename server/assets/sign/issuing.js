// The fourth step: the address is confirmed, the token is fetched.

import { Stopped, failure } from "./errors.js";
import { say, show } from "./panels.js";
import { Backoff, now } from "./patience.js";
import { send } from "./transport.js";

/** @typedef {import("./signing.js").Signing} Signing */

/**
 * Takes the answer, and draws when the token is to be handed in where the person has chosen to finish later.
 * @param {Signing} signing @param {import("./begin.js").Answer} answer @returns {import("./begin.js").Step}
 */
export function tokenAnswered({ client, journey, later }, answer) {
  const step = journey.tokenAnswered(answer, now());
  if (later && step === client.Step.TokenHeld) journey.schedule(true, now());
  return step;
}

/** @param {Signing} signing */
export async function fetchToken(signing) {
  const { client, journey } = signing;
  const { signal } = signing.ended;
  const backoff = new Backoff();
  show("handing-in");
  while (!signal.aborted) {
    try {
      const answer = await send(client, journey.tokenRequest(), signal);
      const step = tokenAnswered(signing, answer);
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
