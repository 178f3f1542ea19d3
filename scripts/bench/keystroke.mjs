// Keystroke to request on the wire, through the addon: the time from the call that tells the
// engine of a typed character to the moment a server on loopback has the request's headers.
//
// The server runs on a thread of its own, so that its clock is not held up by the caller's work;
// both threads read the same monotonic clock. Completions are asked by hand (`invoke`), which is
// the path without the typing pause.

import { on } from "node:events";
import { Worker } from "node:worker_threads";
import { percentile } from "./statistics.mjs";

const LINES = [200, 1000, 3000, 10000];
const KEYS = 300;
const WARM_UP_KEYS = 20;

/**
 * @param {{ Engine: new (options: object) => object }} addon
 * @param {(text: string) => void} detail shows how far it is
 * @returns {Promise<object[]>} rows of the table, times in milliseconds
 */
export async function keystroke(addon, detail) {
  const worker = new Worker(new URL("./wire-server.mjs", import.meta.url));
  const messages = on(worker, "message");
  const { port } = await next(messages);
  const rows = [];
  try {
    for (const lines of LINES) {
      detail(`${lines} lines`);
      rows.push(await measure(addon, messages, port, lines));
    }
  } finally {
    await worker.terminate();
  }
  return rows;
}

async function measure(addon, messages, port, lines) {
  const engine = new addon.Engine({ serverUrl: `http://127.0.0.1:${port}` });
  const uri = `file:///bench/lines-${lines}.py`;
  const text = source(lines);
  let offset = text.indexOf("\n", Math.floor(text.length / 2));
  let version = 1;
  engine.openDocument({ uri, languageId: "python", version, text });
  await engine.status();

  const wire = [];
  const blocked = [];
  for (let key = 0; key < KEYS + WARM_UP_KEYS; key += 1) {
    version += 1;
    const start = process.hrtime.bigint();
    engine.changeDocument({
      uri,
      version,
      changes: [{ startOffset: offset, endOffset: offset, text: letter(key) }],
    });
    offset += 1;
    const reply = engine.complete({ uri, offset, trigger: "invoke" });
    const returned = process.hrtime.bigint();
    const at = await arrivalSince(start, messages);
    while ((await reply.next()) !== null);
    if (key >= WARM_UP_KEYS) {
      wire.push(Number(at - start) / 1e6);
      blocked.push(Number(returned - start) / 1e6);
    }
  }
  engine.close();
  const of = (samples, share) => Number(percentile(samples, share).toFixed(3));
  return {
    lines,
    wire_p50_ms: of(wire, 0.5),
    wire_p99_ms: of(wire, 0.99),
    event_loop_blocked_p50_ms: of(blocked, 0.5),
    event_loop_blocked_p99_ms: of(blocked, 0.99),
  };
}

async function next(messages) {
  const { value } = await messages.next();
  return value[0];
}

/** When the first request after `start` arrived; older notes are second tries of the key before. */
async function arrivalSince(start, messages) {
  for (;;) {
    const { at } = await next(messages);
    if (at >= start) return at;
  }
}

/** Python of about that many lines: small functions that call one another. */
function source(lines) {
  const blocks = [];
  for (let index = 0; blocks.length * 5 < lines; index += 1) {
    blocks.push(
      `def step_${index}(value, table):\n    """단계 ${index}."""\n    if value > ${index}:\n        return step_${Math.max(0, index - 1)}(value - 1, table)\n\n`,
    );
  }
  return `import math\n\n${blocks.join("")}`;
}

/** What is typed: words with blanks between them, never what the server answers. */
const letter = (key) => "result total item value "[key % 24];
