// What a page costs its reader: bytes on the wire.

/**
 * Counts from now on. `page`: the page, its style, its scripts, the client package, compressed; `headers`: those of the same answers;
 * `documents`: what the client then fetches and checks, with headers.
 * @param {import("playwright-core").Page} page
 */
export async function weigh(page) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Network.enable");
  const loaded = { page: 0, headers: 0, documents: 0 };
  /** @type {Map<string, { path: string, head: number }>} */
  const answers = new Map();
  devtools.on("Network.responseReceived", ({ requestId, response: { url, headersText, encodedDataLength } }) => {
    answers.set(requestId, { path: new URL(url).pathname, head: headersText?.length ?? encodedDataLength });
  });
  devtools.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    const { path, head } = answers.get(requestId) ?? { path: "", head: 0 };
    if (/^\/(v1|\.well-known)\//.test(path)) {
      loaded.documents += encodedDataLength;
    } else {
      loaded.headers += head;
      loaded.page += encodedDataLength - head;
    }
  });
  return loaded;
}
