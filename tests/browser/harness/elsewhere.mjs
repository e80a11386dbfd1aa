// Another site: a page of somebody else's, on this machine like the demo, and of another origin.

import { once } from "node:events";
import { createServer } from "node:http";

import { freePort } from "./demo.mjs";

/** Starts a site with one page. */
export async function startElsewhere(html) {
  const server = createServer((_, response) => response.writeHead(200, { "content-type": "text/html" }).end(html));
  const port = await freePort();
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${port}/`,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
