// A hit: keys that follow the engine's own completions, each to be served without a request and without a timer.
//
// A server that is always right answers once; then the answer is typed key by key, and after each key the engine is
// asked as the editor asks it. What counts as served is the rest of the answer, from the cache.

import { atLeast, atMost } from "./figures.mjs";
import { ALWAYS_RIGHT } from "./oracle.mjs";
import { rounded, times } from "./statistics.mjs";
import { openTrace, readTrace } from "./traces.mjs";
import { keysOf } from "./typist.mjs";
import { startWorker } from "./worker.mjs";

const KEYS = 1_000;
const WARM_UP_KEYS = 100;
const SERVED_MS = 0.1;
/** Nobody's pause is shorter, so what is served within it waited for none. */
const NO_TIMER_MS = 20;

/**
 * @param {{ Engine: new (options: object) => object }} addon
 * @param {(text: string) => void} detail shows how far it is
 */
export async function hit(addon, detail) {
  const seen = { warmUp: await replay(addon, "typescript", WARM_UP_KEYS, detail) };
  const run = await replay(addon, "rust", KEYS, detail);
  const share = rounded((run.served / run.keys) * 100, 2);
  const row = {
    keys: run.keys,
    served: run.served,
    completions: run.completions,
    requests_for_these_keys: run.asked,
    ...times("call_returns", run.returned),
    ...times("served", run.took),
    slowest_ms: rounded(Math.max(...run.took), 3),
    warm_up_keys: seen.warmUp.keys,
  };
  return {
    rows: [row],
    figures: [
      atLeast(`keys served, of ${run.keys} that follow a completion`, share, 100, "%"),
      atMost("hit served, p50", row.served_p50_ms, SERVED_MS, "ms", `p99 ${row.served_p99_ms} ms`),
      atMost("hit served without a timer, slowest", row.slowest_ms, NO_TIMER_MS, "ms"),
      atMost("requests sent for keys that follow a completion", run.asked, 0, ""),
    ],
  };
}

async function replay(addon, name, wanted, detail) {
  const trace = await readTrace(name, wanted * 2);
  const run = { keys: 0, served: 0, completions: 0, asked: 0, took: [], returned: [] };
  let foreground = 0;
  const heard = (message) => {
    if (message.kind === "request" && message.class !== "background") foreground += 1;
  };
  const pace = { firstMs: 0, betweenMs: 0 };
  const server = await startWorker(
    "model-server.mjs",
    { text: trace.text, shares: ALWAYS_RIGHT, seed: 1, pace },
    heard,
  );
  const engine = new addon.Engine({ serverUrl: server.url });
  try {
    openTrace(engine, trace);
    await engine.status();
    const editor = openEditor(engine, trace);
    while (run.keys < wanted && editor.place < trace.end) {
      detail(`key ${run.keys} of ${wanted}`);
      const answer = await editor.ask("invoke");
      if (answer.text.length < 2) {
        editor.type(keysOf(trace.text.slice(editor.place))[0]);
        continue;
      }
      run.completions += 1;
      const before = foreground;
      await follow(editor, answer.text, run, wanted);
      run.asked += foreground - before;
    }
    return run;
  } finally {
    engine.close();
    await server.end();
  }
}

/** Types an answer, all but its last key: after that one there is nothing left to serve. */
async function follow(editor, answer, run, wanted) {
  let rest = answer;
  for (const key of keysOf(answer)) {
    editor.type(key);
    rest = rest.slice(key.length);
    if (rest === "" || run.keys === wanted) return;
    const asked = await editor.ask("automatic");
    run.keys += 1;
    if (asked.text === rest && asked.fromCache) run.served += 1;
    run.took.push(asked.firstMs);
    run.returned.push(asked.returnedMs);
  }
}

function openEditor(engine, trace) {
  const editor = { place: trace.before.length };
  let version = 1;
  editor.type = (text) => {
    version += 1;
    const change = { startOffset: editor.place, endOffset: editor.place, text };
    engine.changeDocument({ uri: trace.uri, version, changes: [change] });
    editor.place += text.length;
  };
  editor.ask = async (trigger) => {
    const start = performance.now();
    const reply = engine.complete({ uri: trace.uri, offset: editor.place, trigger });
    const returned = performance.now();
    const asked = { text: "", fromCache: false, returnedMs: returned - start, firstMs: Number.NaN };
    for (let event = await reply.next(); event !== null; event = await reply.next()) {
      if (Number.isNaN(asked.firstMs)) asked.firstMs = performance.now() - start;
      if (event.kind === "completion") asked.text = event.text;
      if (event.kind === "done") asked.fromCache = event.fromCache;
    }
    return asked;
  };
  return editor;
}
