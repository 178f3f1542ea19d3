// Requests for the same typed keys, and the time until a suggestion is there: ours as the editor drives it, beside a
// client that waits a fixed 350 ms after the last key, and beside another assistant's own client, which waits as long as
// it sees fit; all on the same keys with the same pauses and the same model.
//
// The model is scripted: right at some places, right at first at others, wrong at the rest, at the pace of a small GPU.
// All clients type at the same time, each with a server of its own: nearly all of it is waiting.

import { setTimeout as wait } from "node:timers/promises";
import { debounced } from "./debounced.mjs";
import { atLeast, atMost } from "./figures.mjs";
import { PARTLY_RIGHT } from "./oracle.mjs";
import { percentile, rounded } from "./statistics.mjs";
import { startTabby, TABBY } from "./tabby.mjs";
import { openTrace, readTrace, TYPED_KEYS } from "./traces.mjs";
import { rhythm } from "./typist.mjs";
import { startWorker } from "./worker.mjs";

const SPEEDS = [60, 90, 200];
const DEBOUNCE_MS = 350;
const PACE = { firstMs: 150, betweenMs: 25 };
const SEED = 11;
const SHARE_OF_DEBOUNCED = 0.2;

/**
 * @param {{ Engine: new (options: object) => object }} addon
 * @param {(text: string) => void} detail shows how far it is
 */
export async function requests(addon, detail) {
  const trace = await readTrace("rust", TYPED_KEYS);
  const clients = [
    { name: "CodeSaga", open: (server) => ours(addon, server, trace) },
    { name: `fixed ${DEBOUNCE_MS} ms debounce`, open: (server) => debounced(server, trace, DEBOUNCE_MS) },
    { name: TABBY, open: (server) => withTabby(server, trace) },
  ];
  detail(`${TYPED_KEYS} keys at ${SPEEDS.join(", ")} words a minute, all at the same time`);
  const runs = SPEEDS.flatMap((speed) => clients.map((client) => type(client, trace, speed)));
  const rows = await Promise.all(runs);
  return { rows, figures: figures(rows) };
}

async function type(client, trace, speed) {
  const sent = { foreground: 0, background: 0, letGo: 0 };
  const heard = (message) => {
    if (message.kind === "let_go") sent.letGo += 1;
    else if (message.class === "background") sent.background += 1;
    else sent.foreground += 1;
  };
  const model = { text: trace.text, shares: PARTLY_RIGHT, seed: SEED, pace: PACE };
  const server = await startWorker("model-server.mjs", model, heard);
  const editor = await client.open(server);
  const view = openView();
  try {
    const waits = rhythm(trace.keys, speed, SEED);
    let due = performance.now();
    for (const [index, key] of trace.keys.entries()) {
      due += waits[index];
      // Due times are fixed beforehand, so that a late timer does not make the typist slower.
      await wait(Math.max(0, due - performance.now()));
      view.typed(key);
      editor.type(key, (text) => view.shown(text));
    }
    await wait(DEBOUNCE_MS * 2);
  } finally {
    await editor.end();
    await server.end();
  }
  return {
    words_per_minute: speed,
    client: client.name,
    keys: trace.keys.length,
    requests: sent.foreground,
    in_background: sent.background,
    let_go: sent.letGo,
    keys_with_a_suggestion: view.keysWith,
    new_suggestions: view.until.length,
    until_new_p50_ms: view.until.length > 0 ? rounded(percentile(view.until, 0.5), 1) : Number.NaN,
    requests_per_key_with: rounded(sent.foreground / Math.max(1, view.keysWith), 2),
  };
}

/** What the user sees: an editor goes on showing a suggestion whose next character is typed. */
function openView() {
  const view = { keysWith: 0, until: [] };
  let visible = "";
  let at = 0;
  let isNew = true;
  view.typed = (key) => {
    at = performance.now();
    visible = visible.startsWith(key) ? visible.slice(key.length) : "";
    isNew = visible === "";
    if (!isNew) view.keysWith += 1;
  };
  view.shown = (text) => {
    if (text !== "" && isNew) {
      view.until.push(performance.now() - at);
      view.keysWith += 1;
      isNew = false;
    }
    visible = text;
  };
  return view;
}

async function ours(addon, server, trace) {
  const engine = new addon.Engine({ serverUrl: server.url });
  openTrace(engine, trace);
  await engine.status();
  let offset = trace.before.length;
  let version = 1;
  let latest;
  return {
    type(key, show) {
      version += 1;
      engine.changeDocument({
        uri: trace.uri,
        version,
        changes: [{ startOffset: offset, endOffset: offset, text: key }],
      });
      offset += key.length;
      latest?.cancel();
      const reply = engine.complete({ uri: trace.uri, offset, trigger: "automatic" });
      latest = reply;
      void pull(reply, (text) => reply === latest && show(text));
    },
    end: () => engine.close(),
  };
}

async function withTabby(server, trace) {
  const tabby = await startTabby(server.url);
  let text = trace.before;
  let latest;
  return {
    type(key, show) {
      text += key;
      latest?.abort();
      const mine = new AbortController();
      latest = mine;
      const { path, language } = trace;
      const asked = { path, language, text: text + trace.after, position: text.length };
      void tabby.complete(asked, mine.signal).then((answer) => mine === latest && show(answer));
    },
    end: () => tabby.end(),
  };
}

async function pull(reply, show) {
  for (let event = await reply.next(); event !== null; event = await reply.next()) {
    if (event.kind === "completion") show(event.text);
  }
}

function figures(rows) {
  return SPEEDS.flatMap((speed) => {
    const [mine, other, tabby] = rows.filter((row) => row.words_per_minute === speed);
    const goal = rounded(other.requests * SHARE_OF_DEBOUNCED, 1);
    return [
      atMost(
        `requests for ${mine.keys} keys at ${speed} words a minute`,
        mine.requests,
        goal,
        "",
        `debounce ${other.requests}, ${TABBY} ${tabby.requests}; ours in the background ${mine.in_background}`,
      ),
      atMost(
        `until a new suggestion is there at ${speed} words a minute, p50`,
        mine.until_new_p50_ms,
        other.until_new_p50_ms,
        "ms",
        `${TABBY} ${tabby.until_new_p50_ms} ms`,
      ),
      atLeast(
        `keys with a suggestion in view at ${speed} words a minute`,
        mine.keys_with_a_suggestion,
        other.keys_with_a_suggestion,
        "",
        `of ${mine.keys}; ${TABBY} ${tabby.keys_with_a_suggestion}`,
      ),
    ];
  });
}
