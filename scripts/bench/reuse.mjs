// Prompt tokens that the model evaluates again for each typed key, as llama.cpp itself reports them: our prompts through
// the engine and the real proxy, and the layouts of other assistants, for the same keys on the same small model.
//
// Two kinds of rows are ours. In the first the model's answer never fits what is typed next, so that each key costs a
// request, and nothing is asked in the background: the layout alone. In the second the model answers what it likes, of
// 16 tokens at most, and cache, second tries and requests in the background count as they come.
//
// The layouts of others evaluate much, so the model is asked for some runs of consecutive keys of theirs only; what it
// would evaluate for all keys is computed from its own tokens, by the longest common start of two prompts. For ours both
// is done for all keys.

import { root } from "../lib/places.mjs";
import { atMost } from "./figures.mjs";
import { LAYOUTS } from "./layouts.mjs";
import { startNotingRelay } from "./noting-relay.mjs";
import { startProxy } from "./proxy.mjs";
import { mean, percentile, rounded } from "./statistics.mjs";
import { evaluatedAfter, lineCounter, tokenizerOf } from "./tokenizer.mjs";
import { openTrace, readTrace, TYPED_KEYS } from "./traces.mjs";

const SHARE_PERCENT = 1;
const MEDIAN_TOKENS = 2;
const OWN_ANSWER_KEYS = 150;
const OTHER_TRACE_KEYS = 131;
/** What the model evaluates for each layout of others, about; and the consecutive keys at each of the places. */
const SAMPLED_TOKENS = 5_000;
const SAMPLED_MS_MAX = 20_000;
const RUN_KEYS = 4;
const RUNS_MAX = 8;
const TAIL = 120;
/** Nobody types it, so an answer that goes on with it never fits. */
const NEVER_TYPED = "\u2021";

/**
 * @param {{ addon: { Engine: new (options: object) => object }, processes: object, proxyProgram: string,
 *   startModel: () => Promise<object>, detail: (text: string) => void }} given
 */
export async function reuse(given) {
  const model = await given.startModel();
  try {
    return await withModel({ ...given, modelUrl: model.url });
  } finally {
    await model.end();
  }
}

async function withModel(tools) {
  const tokenize = tokenizerOf(tools.modelUrl);
  const long = await readTrace("rust", TYPED_KEYS);
  const short = await readTrace("typescript", OTHER_TRACE_KEYS);
  const rows = [
    await ours(tools, tokenize, long, "CodeSaga, a request for each key", misfit),
    await ours(tools, tokenize, short, "CodeSaga, a request for each key", misfit),
    await ours(tools, tokenize, { ...long, keys: long.keys.slice(0, OWN_ANSWER_KEYS) }, "CodeSaga as it runs"),
  ];
  const mine = rows.length;
  for (const { layout, write } of LAYOUTS) rows.push(await theirs(tools, tokenize, long, layout, write));
  return { rows, figures: figures(rows.slice(0, mine), rows.slice(mine)) };
}

/** An answer that goes on as the user just did, so that it counts, and then as nobody does. */
function misfit(typed) {
  return (prompt) => {
    const tail = prompt.slice(-TAIL);
    const at = typed().lastIndexOf(tail);
    return `${at === -1 ? "" : typed().slice(at + tail.length)}${NEVER_TYPED}`;
  };
}

async function ours(tools, tokenize, trace, layout, answering) {
  let text = trace.before;
  const relay = await startNotingRelay({ modelUrl: tools.modelUrl, answer: answering?.(() => text) });
  const proxy = await startProxy(tools, relay.url);
  const engine = new tools.addon.Engine({ serverUrl: proxy.url, background: answering === undefined });
  try {
    openTrace(engine, trace);
    await engine.status();
    await indexed(engine);
    const asked = [];
    for (const [key, typed] of trace.keys.entries()) {
      tools.detail(`${layout}, ${trace.name}, key ${key + 1} of ${trace.keys.length}`);
      const change = { startOffset: text.length, endOffset: text.length, text: typed };
      engine.changeDocument({ uri: trace.uri, version: key + 2, changes: [change] });
      text += typed;
      const reply = engine.complete({ uri: trace.uri, offset: text.length, trigger: "invoke" });
      for (let event = await reply.next(); event !== null; event = await reply.next()) {
        if (event.kind === "failed") throw new Error(`${event.code}: ${event.message}`);
      }
      asked.push(relay.take());
    }
    return await ourRow(tokenize, trace, layout, asked);
  } finally {
    engine.close();
    await proxy.end();
    relay.end();
  }
}

/** Waits for the workspace's index: what is found in it would change under the first keys. */
async function indexed(engine) {
  engine.setWorkspace({ folders: [{ path: root, name: "codesaga" }], exclude: [], private: [] });
  while (engine.stats().indexing) await new Promise((resolve) => setTimeout(resolve, 50));
}

/** The first key finds nothing to reuse, so it is left out. */
async function ourRow(tokenize, trace, layout, asked) {
  const computed = [];
  let before = [];
  for (const { prompt } of asked.flat()) {
    const now = await tokenize(prompt);
    computed.push({ evaluated: evaluatedAfter(before, now), tokens: now.length });
    before = now;
  }
  const reported = asked.slice(1).map((requests) => ({
    evaluated: requests.reduce((sum, { evaluated }) => sum + evaluated, 0),
    tokens: requests.reduce((sum, { evaluated, kept }) => sum + evaluated + kept, 0),
  }));
  return row({ trace, layout, computed: computed.slice(1), reported, requests: asked.slice(1).flat().length });
}

async function theirs(tools, tokenize, trace, layout, write) {
  tools.detail(layout);
  const count = await lineCounter(tokenize, trace.text);
  const { after, path, others } = trace;
  let before = trace.before;
  const prompts = trace.keys.map((key) => {
    before += key;
    return write({ before, after, path, others, count });
  });
  const computed = [];
  let previous = await tokenize(prompts[0]);
  for (const prompt of prompts.slice(1)) {
    const now = await tokenize(prompt);
    computed.push({ evaluated: evaluatedAfter(previous, now), tokens: now.length });
    previous = now;
  }
  const reported = [];
  let spent = 0;
  const from = performance.now();
  for (const start of spread(prompts.length)) {
    for (const [index, prompt] of prompts.slice(start, start + RUN_KEYS + 1).entries()) {
      tools.detail(`${layout}, ${spent} of about ${SAMPLED_TOKENS} tokens`);
      const { prompt_n: evaluated, cache_n: kept } = await read(tools.modelUrl, prompt);
      spent += evaluated;
      if (index > 0) reported.push({ evaluated, tokens: evaluated + kept });
    }
    if (spent >= SAMPLED_TOKENS || performance.now() - from > SAMPLED_MS_MAX) break;
  }
  return row({ trace, layout, computed, reported, requests: reported.length });
}

/** Where the runs of consecutive keys begin: all over the trace, however few of them there will be. */
function spread(keys) {
  const step = Math.floor((keys - RUN_KEYS) / RUNS_MAX);
  const order = [4, 1, 6, 2, 7, 3, 5, 0];
  return order.map((place) => place * step);
}

async function read(modelUrl, prompt) {
  const response = await fetch(`${modelUrl}/completion`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ prompt, n_predict: 1, cache_prompt: true, id_slot: 0, temperature: 0 }),
  });
  const { timings, error } = await response.json();
  if (!timings) throw new Error(`the model refused a prompt: ${JSON.stringify(error)}`);
  return timings;
}

function row({ trace, layout, computed, reported, requests }) {
  // Where every key was served without a request, nothing was computed.
  if (computed.length === 0) computed.push({ evaluated: 0, tokens: 0 });
  const evaluated = (samples) => samples.map((sample) => sample.evaluated);
  // A key without a request evaluates nothing of nothing.
  const shares = (samples) => samples.map(({ evaluated, tokens }) => (tokens === 0 ? 0 : (evaluated / tokens) * 100));
  return {
    layout,
    trace: trace.name,
    prompt_tokens: Math.round(mean(computed.map(({ tokens }) => tokens))),
    keys_asked: reported.length,
    requests,
    reported_mean: rounded(mean(evaluated(reported)), 1),
    reported_p50: percentile(evaluated(reported), 0.5),
    reported_p95: percentile(evaluated(reported), 0.95),
    reported_percent: rounded(mean(shares(reported)), 2),
    prompts_computed: computed.length,
    computed_mean: rounded(mean(evaluated(computed)), 1),
    computed_p50: percentile(evaluated(computed), 0.5),
    computed_percent: rounded(mean(shares(computed)), 2),
  };
}

function figures(mine, others) {
  const percents = others.map((row) => row.computed_percent);
  const peers = `other layouts ${Math.min(...percents)} to ${Math.max(...percents)} %`;
  return mine.flatMap((row) => [
    atMost(
      `prompt evaluated again per key, ${row.layout}, ${row.trace}, mean`,
      row.reported_percent,
      SHARE_PERCENT,
      "%",
      peers,
    ),
    atMost(`the same, p50`, row.reported_p50, MEDIAN_TOKENS, "tokens", `mean ${row.reported_mean} tokens`),
  ]);
}
