// What a page costs its reader: bytes on the wire, headers included.

/**
 * Counts from now on. `page`: the page, its style, its scripts, the client package; `documents`: what the client then fetches and checks.
 * @param {import("playwright-core").Page} page
 */
export async function weigh(page) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Network.enable");
  const loaded = { page: 0, documents: 0 };
  /** @type {Map<string, string>} */
  const paths = new Map();
  devtools.on("Network.responseReceived", ({ requestId, response }) => paths.set(requestId, new URL(response.url).pathname));
  devtools.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    const isDocument = /^\/(v1|\.well-known)\//.test(paths.get(requestId) ?? "");
    loaded[isDocument ? "documents" : "page"] += encodedDataLength;
  });
  return loaded;
}
