// A hit: keys that follow a client's own completions, each to be served without a request and without a timer; ours, and
// another assistant's own client.
//
// A text is typed that the server always knows how to go on; after each key the client is asked as its editor asks it. What counts as served is the rest of the answer, its beginning, or more than it (what was
// asked in the background goes on where the answer ends), with no request of the key's own.

import { atLeast, atMost } from "./figures.mjs";
import { ALWAYS_RIGHT } from "./oracle.mjs";
import { rounded, times } from "./statistics.mjs";
import { startTabby, TABBY } from "./tabby.mjs";
import { openTrace, readTrace } from "./traces.mjs";
import { startWorker } from "./worker.mjs";

const KEYS = 1_000;
const WARM_UP_KEYS = 100;
/** It waits before it looks into its cache. */
const TABBY_KEYS = 60;
const SERVED_MS = 0.1;
/** Nobody's pause is shorter, so what is served within it waited for none. */
const NO_TIMER_MS = 20;

/**
 * @param {{ Engine: new (options: object) => object }} addon
 * @param {(text: string) => void} detail shows how far it is
 */
export async function hit(addon, detail) {
  const ours = (url, trace) => openOurs(addon, url, trace);
  await replay(ours, "typescript", WARM_UP_KEYS, detail);
  const run = await replay(ours, "rust", KEYS, detail);
  const tabby = await replay(openTabby, "rust", TABBY_KEYS, detail);
  const mine = row("CodeSaga", run);
  const theirs = row(TABBY, tabby);
  const beside = `${TABBY}: ${theirs.served_percent} %, ${theirs.served_p50_ms} ms`;
  return {
    rows: [mine, theirs],
    figures: [
      atLeast(`keys served, of ${run.keys} that follow a completion`, mine.served_percent, 100, "%", beside),
      atMost("hit served, p50", mine.served_p50_ms, SERVED_MS, "ms", `p99 ${mine.served_p99_ms} ms`),
      atMost("hit served without a timer, slowest", mine.slowest_ms, NO_TIMER_MS, "ms"),
      atMost("requests sent for keys that follow a completion", run.asked, 0, ""),
    ],
  };
}

const row = (client, run) => ({
  client,
  keys: run.keys,
  served_percent: rounded((run.served / run.keys) * 100, 2),
  questions_between: run.completions,
  requests_for_these_keys: run.asked,
  ...times("served", run.took),
  slowest_ms: rounded(Math.max(...run.took), 3),
});

async function replay(open, name, wanted, detail) {
  const trace = await readTrace(name, wanted * 2);
  const run = { keys: 0, served: 0, completions: 0, asked: 0, took: [] };
  let foreground = 0;
  const heard = (message) => {
    if (message.kind === "request" && message.class !== "background") foreground += 1;
  };
  const model = { text: trace.text, shares: ALWAYS_RIGHT, seed: 1, pace: { firstMs: 0, betweenMs: 0 } };
  const server = await startWorker("model-server.mjs", model, heard);
  const editor = await open(server.url, trace);
  try {
    await follow({ editor, trace, run, wanted, requests: () => foreground, detail });
    return run;
  } finally {
    await editor.end();
    await server.end();
  }
}

/**
 * Types the trace. A key that the suggestion goes on with, and does not end with, follows it; after any other a new one
 * is asked for.
 */
async function follow({ editor, trace, run, wanted, requests, detail }) {
  let rest = "";
  for (const key of trace.keys) {
    if (run.keys === wanted) return;
    detail(`key ${run.keys} of ${wanted}`);
    const follows = rest.startsWith(key) && rest !== key;
    editor.type(key);
    rest = follows ? rest.slice(key.length) : "";
    if (!follows) {
      rest = (await editor.ask("invoke")).text;
      run.completions += 1;
      continue;
    }
    const before = requests();
    const { text, took } = await editor.ask("automatic");
    run.keys += 1;
    run.asked += requests() - before;
    if (fits(text, rest) && requests() === before) run.served += 1;
    run.took.push(took);
    // What is shown is what the next key is compared with.
    if (text !== "") rest = text;
  }
}

const fits = (text, rest) => text !== "" && (rest.startsWith(text) || text.startsWith(rest));

async function openOurs(addon, url, trace) {
  const engine = new addon.Engine({ serverUrl: url });
  openTrace(engine, trace);
  await engine.status();
  const editor = { place: trace.before.length };
  let version = 1;
  editor.type = (text) => {
    version += 1;
    const change = { startOffset: editor.place, endOffset: editor.place, text };
    engine.changeDocument({ uri: trace.uri, version, changes: [change] });
    editor.place += text.length;
  };
  editor.ask = async (trigger) => {
    const asked = { text: "", took: undefined };
    const start = performance.now();
    const reply = engine.complete({ uri: trace.uri, offset: editor.place, trigger });
    for (let event = await reply.next(); event !== null; event = await reply.next()) {
      asked.took ??= performance.now() - start;
      if (event.kind === "completion") asked.text = event.text;
    }
    asked.took ??= performance.now() - start;
    return asked;
  };
  editor.end = () => engine.close();
  return editor;
}

async function openTabby(url, trace) {
  const tabby = await startTabby(url);
  const editor = { place: trace.before.length };
  let typed = trace.before;
  editor.type = (text) => {
    typed += text;
    editor.place += text.length;
  };
  editor.ask = async (trigger) => {
    const start = performance.now();
    const { path, language } = trace;
    const manually = trigger === "invoke";
    const asked = { path, language, text: typed + trace.after, position: editor.place, manually };
    const text = await tabby.complete(asked);
    return { text, took: performance.now() - start };
  };
  editor.end = () => tabby.end();
  return editor;
}
