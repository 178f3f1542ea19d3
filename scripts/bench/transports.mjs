// Two ways to talk, over the same wire in the same run, in turns: server-sent events over HTTP/1.1 and HTTP/2, and a
// WebSocket. What a key costs until the first event of its answer is there, when the answer before it was let go; what
// letting go costs until the model server's connection is closed; and what a new connection costs.
//
// Times are those of clients that do as little as they can. The wire's delay is part of them, but for letting go, where
// it is taken off because it is the same for all.

import { setTimeout as wait } from "node:timers/promises";
import { atMost } from "./figures.mjs";
import { startProxy } from "./proxy.mjs";
import { median, rounded, times } from "./statistics.mjs";
import { CLIENTS } from "./transport-clients.mjs";
import { startWorker } from "./worker.mjs";

const DELAYS_MS = [0, 60];
const ROUNDS = 100;
const HANDSHAKES = 20;
const HEARD_WITHIN_MS = 10_000;
/** What a WebSocket would have to save over HTTP/2 to be worth a second way for CodeSaga's own client. */
const WORTH_MS = 1;

/** @param {{ processes: object, proxyProgram: string, detail: (text: string) => void }} tools */
export async function transports(tools) {
  const closed = openClosed();
  const upstream = await startWorker("ollama-server.mjs", undefined, closed.hear);
  const proxy = await startProxy(tools, upstream.url, { CODESAGA_PARALLEL: "8" });
  const rows = [];
  try {
    for (const delayMs of DELAYS_MS) rows.push(...(await overWire(tools, { proxy, closed, delayMs })));
  } finally {
    for (const part of [proxy, upstream]) await part.end();
  }
  return { rows, figures: DELAYS_MS.map((delayMs) => compared(rows, delayMs)) };
}

function compared(rows, delayMs) {
  const of = (name) => rows.find((row) => row.over === name && row.wire_delay_ms === delayMs);
  const [http2, socket] = [of("SSE, HTTP/2"), of("WebSocket")];
  const saved = rounded(http2.key_to_first_event_p50_ms - socket.key_to_first_event_p50_ms, 3);
  const beside = `HTTP/2 ${http2.key_to_first_event_p50_ms} ms, WebSocket ${socket.key_to_first_event_p50_ms} ms`;
  return atMost(`saved by a WebSocket, key to first event, wire ${delayMs} ms, p50`, saved, WORTH_MS, "ms", beside);
}

async function overWire(tools, { proxy, closed, delayMs }) {
  const targets = { http1: proxy.port, http2: proxy.port };
  const wire = await startWorker("wire.mjs", { targets, delayMs }, () => {});
  try {
    const measured = new Map();
    for (const { name, connect } of CLIENTS) {
      const handshake = [];
      for (let time = 0; time < HANDSHAKES; time += 1) handshake.push(await firstOnNew(connect, wire.port));
      measured.set(name, { client: await connect(wire.port), handshake, key: [], cancel: [] });
    }
    for (let round = 0; round < ROUNDS; round += 1) {
      tools.detail(`wire ${delayMs} ms, ${round + 1} of ${ROUNDS}`);
      for (const { client, key, cancel } of measured.values()) {
        cancel.push((await letGo(client, closed)) - delayMs);
        key.push(await firstEvent(client));
      }
    }
    for (const { client } of measured.values()) client.end();
    return [...measured].map(([name, { handshake, key, cancel }]) => ({
      over: name,
      wire_delay_ms: delayMs,
      times: ROUNDS,
      ...times("key_to_first_event", key),
      ...times("cancel_to_closed", cancel),
      new_connection_to_first_event_p50_ms: rounded(median(handshake), 3),
    }));
  } finally {
    await wire.end();
  }
}

async function firstOnNew(connect, port) {
  const begun = process.hrtime.bigint();
  const client = await connect(port);
  await new Promise((resolve) => client.ask("# new", resolve));
  client.end();
  return since(begun);
}

/** An answer that is there at once. */
async function firstEvent(client) {
  const begun = process.hrtime.bigint();
  let at;
  await new Promise((resolve) => {
    client.ask("# key", () => {
      at ??= since(begun);
      resolve();
    });
  });
  return at;
}

/** An answer that would go on for ever. */
async function letGo(client, closed) {
  let cancel;
  await new Promise((resolve) => {
    cancel = client.ask("# phase_streaming", resolve);
  });
  closed.forget();
  const begun = process.hrtime.bigint();
  cancel();
  return Number((await closed.next()) - begun) / 1e6;
}

/** When the model server's connections closed. */
function openClosed() {
  let known;
  let resolveNext = () => {};
  return {
    hear: ({ kind, at }) => {
      if (kind !== "closed") return;
      known = at;
      resolveNext(at);
    },
    forget: () => {
      known = undefined;
    },
    async next() {
      if (known !== undefined) return known;
      const late = new AbortController();
      const heard = new Promise((resolve) => {
        resolveNext = resolve;
      });
      const never = wait(HEARD_WITHIN_MS, undefined, { signal: late.signal }).then(() => {
        throw new Error(`no connection closed within ${HEARD_WITHIN_MS} ms`);
      });
      never.catch(() => {});
      try {
        return await Promise.race([heard, never]);
      } finally {
        late.abort();
      }
    },
  };
}

const since = (begun) => Number(process.hrtime.bigint() - begun) / 1e6;
