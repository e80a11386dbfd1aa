// Asks once a second whether the folder is another one than this page shows, and then loads the page again.
const { version, ask } = document.currentScript.dataset;
setInterval(async () => {
  try {
    const answer = await fetch(ask, { cache: "no-store" });
    if (answer.ok && (await answer.text()) !== version) location.reload();
  } catch {
    // The preview was stopped. When it is started again at this address, the page goes on.
  }
}, 1000);
