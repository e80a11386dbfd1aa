// A network that loses answers: the server takes a request and acts on it, and the browser never hears of it.

const PATHS = { tokens: "**/v1/token-requests", signature: "**/v1/petitions/*/signatures" };

/**
 * Loses every answer to the requests of a kind, from now on.
 * @param {"tokens" | "signature"} kind
 * @returns {Promise<{ lost: Promise<void>, mend: () => Promise<void> }>} When the server has done what was asked and its answer is
 *   lost; and what makes the network whole again.
 */
export async function loseAnswers(context, kind) {
  let tell;
  const lost = new Promise((resolve) => (tell = resolve));
  const lose = async (route) => {
    // The browser may be gone before the answer is here.
    const answer = await route.fetch({ timeout: 0 }).catch(() => undefined);
    await route.abort().catch(() => {});
    if (answer?.ok()) tell();
  };
  await context.route(PATHS[kind], lose);
  return { lost, mend: () => context.unroute(PATHS[kind], lose) };
}
