// Keystroke to request on the wire, through the addon: the time from the call that tells the engine of a character typed
// in the middle of a file to the moment the first bytes of the request arrive at a server on loopback. Beside it, the
// same bytes written to a bare socket, which is the machine's share of the time, and another assistant's own client asked
// for the same.
//
// Completions are asked by hand (`invoke`), which is the path without the typing pause.

import { once } from "node:events";
import { connect } from "node:net";
import { atMost } from "./figures.mjs";
import { pythonOf } from "./sources.mjs";
import { percentile, rounded, times } from "./statistics.mjs";
import { startTabby, TABBY } from "./tabby.mjs";
import { startWorker } from "./worker.mjs";

/** Lines of the file, and the milliseconds within which half of the requests have to be on the wire. */
const SIZES = [
  [200, 0.2],
  [1_000, 0.3],
  [3_000, 0.5],
  [10_000, 1],
  [50_000, 1],
];
const WIRE_P99_MS = 3;
/** The largest file's median may be so many times the smallest one's and still be called flat. */
const FLAT_TIMES = 2;
const EDIT_MS = 0.3;
const EDIT_LINES = 10_000;
const KEYS = 500;
const WARM_UP_KEYS = 50;
/** About what a prompt is, in bytes. */
const BARE_BYTES = 6_000;
const TABBY_KEYS = 60;
/** Turns of the event loop within which a note of another thread is there. */
const TURNS_MAX = 50;
/** Keys that are typed for each that sends a request, at most. */
const KEYS_PER_REQUEST_MAX = 20;

/**
 * @param {{ Engine: new (options: object) => object }} addon
 * @param {(text: string) => void} detail shows how far it is
 */
export async function keystroke(addon, detail) {
  const server = await startWorker("wire-server.mjs");
  const rows = [];
  try {
    // The first engine of a process also warms up what all of them use.
    await measureSize(addon, server, SIZES[0][0]);
    for (const [lines] of SIZES) {
      detail(`${lines} lines`);
      rows.push(await measureSize(addon, server, lines));
    }
  } finally {
    await server.end();
  }
  return { rows, figures: figures(rows) };
}

async function measureSize(addon, server, lines) {
  const engine = new addon.Engine({ serverUrl: server.url });
  const bare = await openBare(server);
  try {
    const document = { uri: `file:///bench/lines-${lines}.py`, text: pythonOf(lines) };
    const tabby = await typeWithTabby(server, document);
    const typing = await openTyping(engine, server, document);
    const samples = [];
    const wanted = KEYS + WARM_UP_KEYS;
    for (let key = 0; samples.length < wanted && key < wanted * KEYS_PER_REQUEST_MAX; key += 1) {
      const sample = await typing.key();
      if (!sample) continue;
      samples.push({ ...sample, bare: await bare.write(), prepared: engine.stats().prepareMicrosLast / 1_000 });
    }
    samples.splice(0, WARM_UP_KEYS);
    const of = (name) => samples.map((sample) => sample[name]);
    return {
      lines,
      requests: samples.length,
      over: samples.at(-1).http2 ? "HTTP/2" : "HTTP/1.1",
      ...times("wire", of("wire")),
      prepared_p50_ms: rounded(percentile(of("prepared"), 0.5), 3),
      ...times("edit_blocks", of("edit")),
      ...times("edit_and_question_block", of("blocked")),
      from_wire_to_end_p50_ms: rounded(percentile(of("ended"), 0.5), 3),
      bare_socket_p50_ms: rounded(percentile(of("bare"), 0.5), 3),
      ...times("tabby_agent_wire", tabby),
    };
  } finally {
    bare.end();
    engine.close();
  }
}

/**
 * Opens a document with the cursor in its middle. `key()` types there, asks for a completion and gives its times in
 * milliseconds, and the version of HTTP that carried it; nothing when it sent no request.
 */
export async function openTyping(engine, server, { uri, text }) {
  let offset = text.indexOf("\n", Math.floor(text.length / 2));
  let keys = 0;
  engine.openDocument({ uri, languageId: "python", version: 1, text });
  await engine.status();
  return {
    async key() {
      const change = { startOffset: offset, endOffset: offset, text: letter(keys) };
      const start = process.hrtime.bigint();
      engine.changeDocument({ uri, version: keys + 2, changes: [change] });
      const edited = process.hrtime.bigint();
      offset += 1;
      keys += 1;
      const reply = engine.complete({ uri, offset, trigger: "invoke" });
      const returned = process.hrtime.bigint();
      while ((await reply.next()) !== null);
      const ended = process.hrtime.bigint();
      const arrived = await arrivedSince(start, server);
      // No request: the engine knows already that the answer to the same prompt does not fit.
      if (!arrived) return undefined;
      const { at, http2 } = arrived;
      return {
        http2,
        wire: milliseconds(start, at),
        edit: milliseconds(start, edited),
        blocked: milliseconds(start, returned),
        ended: milliseconds(at, ended),
      };
    },
  };
}

/** The same keys with Tabby's own client, which is given the whole text with each. */
async function typeWithTabby(server, { uri, text }) {
  const tabby = await startTabby(server.url);
  const place = text.indexOf("\n", Math.floor(text.length / 2));
  const [before, after] = [text.slice(0, place), text.slice(place)];
  const wire = [];
  let typed = "";
  for (let key = 0; key < TABBY_KEYS; key += 1) {
    typed += letter(key);
    const now = before + typed + after;
    const start = process.hrtime.bigint();
    const asked = { path: uri, language: "python", text: now, position: place + typed.length, manually: true };
    const answered = tabby.complete(asked);
    const { at } = await arrivalSince(start, server);
    await answered;
    if (key >= TABBY_KEYS / 3) wire.push(milliseconds(start, at));
  }
  await tabby.end();
  return wire;
}

/** A socket that writes one request and waits for its answer; `write()` gives the milliseconds to the wire. */
async function openBare(server) {
  const socket = connect(server.port, "127.0.0.1");
  socket.setNoDelay(true);
  await once(socket, "connect");
  const request = `POST /v1/completions HTTP/1.1\r\nhost: bench\r\ncontent-length: ${BARE_BYTES}\r\n\r\n${"x".repeat(BARE_BYTES)}`;
  return {
    async write() {
      const answered = once(socket, "data");
      const start = process.hrtime.bigint();
      socket.write(request);
      const { at } = await arrivalSince(start, server);
      await answered;
      return milliseconds(start, at);
    },
    end: () => socket.destroy(),
  };
}

/** The same, where there may have been none: the server's note of one may still be under way. */
async function arrivedSince(start, server) {
  for (let turn = 0; turn < TURNS_MAX; turn += 1) {
    const arrived = server.take().find(({ at }) => at >= start);
    if (arrived) return arrived;
    await new Promise(setImmediate);
  }
  return undefined;
}

/** The first request that arrived after `start`; older ones are second tries of the key before. */
async function arrivalSince(start, server) {
  for (;;) {
    const arrived = await server.next();
    if (arrived.at >= start) return arrived;
  }
}

function figures(rows) {
  const wire = rows.flatMap((row, index) => [
    atMost(`key to wire, ${row.lines} lines, p50`, row.wire_p50_ms, SIZES[index][1], "ms", beside(row)),
    atMost(`key to wire, ${row.lines} lines, p99`, row.wire_p99_ms, WIRE_P99_MS, "ms"),
  ]);
  const edited = rows.find(({ lines }) => lines === EDIT_LINES);
  const flat = rounded(rows.at(-1).wire_p50_ms / rows[0].wire_p50_ms, 2);
  return [
    ...wire,
    atMost(`key to wire, ${rows.at(-1).lines} lines, times ${rows[0].lines} lines, p50`, flat, FLAT_TIMES, "×"),
    atMost(`edit in ${EDIT_LINES} lines blocks the event loop, p99`, edited.edit_blocks_p99_ms, EDIT_MS, "ms"),
  ];
}

const beside = (row) => `bare socket ${row.bare_socket_p50_ms} ms, ${TABBY} ${row.tabby_agent_wire_p50_ms} ms`;

const milliseconds = (start, end) => Number(end - start) / 1e6;

/** What is typed: words with blanks between them, never what the server answers. */
const letter = (key) => "result total item value "[key % 24];
