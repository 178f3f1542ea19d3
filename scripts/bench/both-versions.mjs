// One port that speaks HTTP/1.1 and HTTP/2 without TLS, as the server of CodeSaga does.

import { once } from "node:events";
import { createServer } from "node:http";
import { createServer as createServer2 } from "node:http2";
import { openTap } from "./tap.mjs";

/**
 * Listens on a free port of loopback and gives it.
 * @param {(request: object, response: object) => void} handle
 * @param {(told: object) => void} heard when a request begins: see tap.mjs
 */
export async function listenBoth(handle, heard = () => {}) {
  const [http1, http2] = await Promise.all([listening(createServer(handle)), listening(createServer2(handle))]);
  return listening(openTap({ targets: { http1, http2 }, heard }));
}

async function listening(server) {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server.address().port;
}
