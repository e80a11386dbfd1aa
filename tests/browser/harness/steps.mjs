// The steps of a signing at which something can happen to it. Each brings a page there, in a profile that has just begun.

import { keptSigning } from "./stored.mjs";
import { loseAnswers } from "./losing.mjs";
import { until } from "./patience.mjs";
import { begin, enterAddress, enterCode, open, seeCounted, seePanel } from "./signing.mjs";

/** @typedef {{ page: object, address: string, mail?: object, mend: () => Promise<void> }} Reached */

const whole = async () => {};

export const STEPS = {
  /** The tokens are asked for nowhere yet, no address is named. */
  async begun(context, demo, slug) {
    const page = await open(context, demo.page(slug));
    await begin(page);
    return { page, address: demo.newAddress(), mend: whole };
  },

  /** The mail is there. */
  async "address sent"(context, demo, slug) {
    const reached = await STEPS.begun(context, demo, slug);
    await enterAddress(reached.page, reached.address);
    return { ...reached, mail: await demo.mailbox.first(reached.address) };
  },

  /** The server has confirmed the address and issued the tokens; no answer with a token has arrived. */
  async confirmed(context, demo, slug) {
    const { lost, mend } = await loseAnswers(context, "tokens");
    const reached = await STEPS["address sent"](context, demo, slug);
    await enterCode(reached.page, reached.mail.code);
    await lost;
    await kept(reached.page, "confirmed");
    return { ...reached, mend };
  },

  /** The server has taken the signature; the browser has not heard of it. */
  async "token held"(context, demo, slug) {
    const { lost, mend } = await loseAnswers(context, "signature");
    const reached = await STEPS["address sent"](context, demo, slug);
    await enterCode(reached.page, reached.mail.code);
    await lost;
    await kept(reached.page, "token_held");
    return { ...reached, mend };
  },

  async done(context, demo, slug) {
    const reached = await STEPS["address sent"](context, demo, slug);
    await enterCode(reached.page, reached.mail.code);
    await seeCounted(reached.page);
    return reached;
  },
};

/** Waits until what is kept is a journey at this step. */
function kept(page, step) {
  return until(`a journey ${step} in the storage`, async () => step in (await keptSigning(page)).journey);
}

/** Goes on from a step, on a page that shows it again, until the signature is in the public count. */
export async function finish(page, demo, { address, mail }) {
  const shown = await seePanel(page, "address", "waiting", "handing-in", "done");
  if (shown === "address") await enterAddress(page, address);
  if (shown === "address" || shown === "waiting") {
    await enterCode(page, (mail ?? (await demo.mailbox.first(address))).code);
  }
  await seeCounted(page);
}
