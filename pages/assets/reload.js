// Asks once a second whether the folder is another one than this page shows, and then loads the page again. One question at a time, and
// none for long: an answer that hangs must not keep the next one from being asked.
const { version, ask } = document.currentScript.dataset;
const SECOND = 1_000;
const look = async () => {
  try {
    const answer = await fetch(ask, { cache: "no-store", signal: AbortSignal.timeout(5 * SECOND) });
    if (answer.ok && (await answer.text()) !== version) location.reload();
  } catch {
    // The preview was stopped. When it is started again at this address, the page goes on.
  }
  setTimeout(look, SECOND);
};
setTimeout(look, SECOND);
