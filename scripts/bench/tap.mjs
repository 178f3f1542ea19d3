// Stands between a client and a server on loopback, like a longer wire: passes bytes on after a delay, in either
// direction, and tells when a request begins and when it is let go.

import { connect, createServer } from "node:net";
import { frameReader } from "./frames.mjs";

/**
 * Listens, and connects each client to `targets.http1` or `targets.http2`, by what it speaks. Without the latter,
 * HTTP/2 is refused as a server would that knows only HTTP/1.1.
 *
 * `heard` gets `{ kind, http2, at, passedOn }`: `request`; `let_go` for a stream that is reset or a connection that the
 * client closes; `server_closed`. `at` is when it came, `passedOn` when it went on.
 */
export function openTap({ targets, delayMs = 0, heard }) {
  return createServer({ allowHalfOpen: true }, (client) => {
    const reader = frameReader();
    client.setNoDelay(true);
    client.on("error", () => client.destroy());
    client.once("data", (first) => {
      const at = process.hrtime.bigint();
      const found = reader.read(first);
      const target = reader.http2 ? targets.http2 : targets.http1;
      if (target === undefined) return client.end("HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n");
      return join({ client, target, reader, delayMs, heard, first: { bytes: first, at, found } });
    });
  });
}

function join({ client, target, reader, delayMs, heard, first }) {
  const server = connect({ port: target, host: "127.0.0.1", allowHalfOpen: true });
  server.setNoDelay(true);
  const later = (work) => (delayMs > 0 ? setTimeout(work, delayMs) : work());
  const tell = (kind, at, passedOn = at) => heard({ kind, http2: reader.http2, at, passedOn });
  const pass = ({ bytes, at, found }) => {
    if (found.includes("request")) tell("request", at);
    later(() => {
      if (found.includes("reset")) tell("let_go", at, process.hrtime.bigint());
      server.write(bytes);
    });
  };
  pass(first);
  client.on("data", (bytes) => pass({ bytes, at: process.hrtime.bigint(), found: reader.read(bytes) }));
  client.on("end", () => {
    const at = process.hrtime.bigint();
    later(() => {
      tell("let_go", at, process.hrtime.bigint());
      server.end();
    });
  });
  let ended = false;
  const serverEnded = () => {
    if (ended) return;
    ended = true;
    tell("server_closed", process.hrtime.bigint());
    later(() => client.end());
  };
  server.on("data", (bytes) => later(() => client.write(bytes)));
  server.on("end", serverEnded);
  server.on("close", serverEnded);
  server.on("error", () => server.destroy());
  // A reset comes without an end.
  client.on("close", () => later(() => server.destroy()));
}
