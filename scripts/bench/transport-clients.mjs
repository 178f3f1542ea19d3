// Three small clients with one shape: `connect(port)` gives `ask(prompt, onEvent)` and `end()`. `ask` gives what lets
// the answer go; `onEvent` is called for each piece of an answer as it comes.

import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { Agent, request } from "node:http";
import { connect as connectHttp2 } from "node:http2";

const PATH = "/v1/completions";
const body = (prompt) => JSON.stringify({ prompt, stream: true, max_tokens: 1000 });
const nothing = () => {};

export const CLIENTS = [
  { name: "SSE, HTTP/1.1", connect: http1 },
  { name: "SSE, HTTP/2", connect: http2 },
  { name: "WebSocket", connect: socket },
];

async function http1(port) {
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  return {
    ask(prompt, onEvent) {
      const headers = { "content-type": "application/json" };
      const asked = request({ host: "127.0.0.1", port, agent, method: "POST", path: PATH, headers });
      asked.on("error", nothing).on("response", (answer) => answer.on("data", onEvent).on("error", nothing));
      asked.end(body(prompt));
      return () => asked.destroy();
    },
    end: () => agent.destroy(),
  };
}

async function http2(port) {
  const session = connectHttp2(`http://127.0.0.1:${port}`);
  session.on("error", nothing);
  return {
    ask(prompt, onEvent) {
      const headers = { ":method": "POST", ":path": PATH, "content-type": "application/json" };
      const stream = session.request(headers);
      stream.on("error", nothing).on("data", onEvent);
      stream.end(body(prompt));
      return () => stream.close(8);
    },
    end: () => session.destroy(),
  };
}

async function socket(port) {
  const key = randomBytes(16).toString("base64");
  const headers = {
    connection: "Upgrade",
    upgrade: "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": key,
  };
  const asked = request({ host: "127.0.0.1", port, path: "/v1/ws", headers });
  asked.end();
  const [, tcp, first] = await once(asked, "upgrade");
  tcp.setNoDelay(true);
  tcp.on("error", nothing);
  const streams = new Map();
  const read = frames((frame) => {
    const { id, type } = JSON.parse(frame);
    streams.get(id)?.(type);
    if (["done", "error", "cancelled"].includes(type)) streams.delete(id);
  });
  read(first);
  tcp.on("data", read);
  let last = 0;
  return {
    ask(prompt, onEvent) {
      last += 1;
      const id = String(last);
      streams.set(id, onEvent);
      tcp.write(frame(JSON.stringify({ type: "complete", id, body: { prompt, max_tokens: 1000 } })));
      return () => {
        streams.delete(id);
        tcp.write(frame(JSON.stringify({ type: "cancel", id })));
      };
    },
    end: () => tcp.destroy(),
  };
}

/** One masked text frame. */
function frame(text) {
  const payload = Buffer.from(text);
  const isShort = payload.length < 126;
  const length = isShort ? [0x80 | payload.length] : [0xfe, payload.length >> 8, payload.length & 255];
  const mask = randomBytes(4);
  for (let at = 0; at < payload.length; at += 1) payload[at] ^= mask[at % 4];
  return Buffer.concat([Buffer.from([0x81, ...length]), mask, payload]);
}

/** Cuts what the server writes into its text frames; none of them is as large as 64 KiB here. */
function frames(onText) {
  let rest = Buffer.alloc(0);
  return (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    while (rest.length >= 2) {
      const isLong = (rest[1] & 127) === 126;
      const head = isLong ? 4 : 2;
      if (rest.length < head) return;
      const end = head + (isLong ? rest.readUInt16BE(2) : rest[1] & 127);
      if (rest.length < end) return;
      if ((rest[0] & 15) === 1) onText(rest.subarray(head, end).toString());
      rest = rest.subarray(end);
    }
  };
}
