// The fifth step: the token becomes a signature. No address is involved any more.

import { Stopped, failure } from "./errors.js";
import { element, say, show, showTime } from "./panels.js";
import { Backoff, now, pause } from "./patience.js";
import { handOver } from "./transport.js";

/** @typedef {import("./signing.js").Signing} Signing */

/** Sentences after which nothing can come of the token. */
const FINAL = ["closed", "withdrawn"];

/** Milliseconds between looks at the clock. */
const LOOK = 30_000;

/**
 * Waits for the time that the petition's rule sets, and hands in. A repeat counts once.
 * @param {Signing} signing
 */
export async function handIn(signing) {
  const { client, journey } = signing;
  const { signal } = signing.ended;
  await waitForItsTime(signing);
  show("handing-in");
  const backoff = new Backoff();
  while (!signal.aborted) {
    try {
      journey.redeemed(await handOver(client, journey.redemptionRequest(now()), signal), now());
      // At once: from here on what is kept would only show that somebody signed.
      return await signing.wipe();
    } catch (error) {
      if (signal.aborted) return;
      const { message, isTransient, retryAfter } = failure(client, error);
      if (message === "too-early") return;
      if (!isTransient) throw new Stopped(message, { keep: !FINAL.includes(message) });
      say(message);
      await backoff.wait({ retryAfter, signal });
    }
  }
}

/** @param {Signing} signing */
async function waitForItsTime(signing) {
  const { journey, ended } = signing;
  if (signing.kept) await untilAsked(signing);
  const at = journey.redeemAt ?? 0;
  if (now() >= at) return;
  show("holding");
  showTime("[data-redeem-at]", at);
  // Not there where the rule makes everybody wait.
  const [instead, reminder] = ["finish-now", "reminder"].map((id) => document.getElementById(id));
  if (reminder) {
    reminder.onclick = () => import("./reminder.js").then(({ remind }) => remind(at, reminder.dataset.word), () => say("network"));
  }
  const over = new AbortController();
  ended.signal.addEventListener("abort", () => over.abort());
  if (instead) instead.onclick = () => over.abort();
  while (now() < at && !over.signal.aborted) {
    await pause(Math.min(LOOK, (at - now()) * 1_000 + 50), over.signal);
  }
  if (now() >= at || ended.signal.aborted) return;
  journey.schedule(false, now());
  await signing.keep();
}

/**
 * A token that came along and was kept: the page was perhaps opened to read.
 * @param {Signing} signing
 */
async function untilAsked(signing) {
  show("kept");
  await new Promise((resolve) => {
    element("#sign-kept").onclick = resolve;
    signing.ended.signal.addEventListener("abort", resolve);
  });
  if (signing.ended.signal.aborted) return;
  signing.kept = false;
  await signing.keep();
}
