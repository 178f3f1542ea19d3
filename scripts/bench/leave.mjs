// Leaving: from the moment a client closes its connection to the moment the proxy has closed its own to the model
// server, while the request's prompt is evaluated and while it is answered; and for one that waits in the queue, to the
// moment its place is free again. The model server's stand-in notes its clock when a connection closes; all threads of a
// process read the same one.

import { atMost } from "./figures.mjs";
import { MODEL } from "./model-words.mjs";
import { startProxy } from "./proxy.mjs";
import { times } from "./statistics.mjs";
import { openClient } from "./stream-client.mjs";
import { startWorker } from "./worker.mjs";

const TIMES = 300;
const GOAL_MS = 5;

export async function leave(tools) {
  const rows = [];
  for (const phase of ["prefill", "streaming"]) rows.push(await reached(tools, phase));
  rows.push(await queued(tools));
  const figures = rows.map((row) =>
    atMost(
      `client gone → ${row.until}, ${row.phase}, p99`,
      row.closed_p99_ms,
      GOAL_MS,
      "ms",
      `p50 ${row.closed_p50_ms} ms`,
    ),
  );
  return { rows, figures };
}

/** For one phase; `start` says what stands before the model server. */
export async function reached(tools, phase, start = startProxy) {
  const told = openTold();
  const server = await startWorker("model-stand-in.mjs", { kind: "openai", tells: true }, told.hear);
  const proxy = await start(tools, server.url, { CODESAGA_MODEL: MODEL });
  const client = openClient(proxy.url);
  const samples = [];
  try {
    for (let time = 0; time < TIMES; time += 1) {
      tools.detail(`${phase}, ${time + 1} of ${TIMES}`);
      const prompt = `bench ${phase === "prefill" ? "prefill" : "hold"} ${time}`;
      let asked;
      const begun = new Promise((resolve) => {
        asked = client.ask(prompt, { heard: resolve });
      });
      await told.of("asked", prompt);
      if (phase === "streaming") await begun;
      const since = process.hrtime.bigint();
      asked.leave();
      const { at } = await told.of("left", prompt);
      samples.push(milliseconds(since, at));
      await asked.over;
    }
  } finally {
    client.end();
    await proxy.end();
    await server.end();
  }
  return { phase, until: "upstream closed", times: TIMES, ...times("closed", samples) };
}

/** Who leaves stands first; the one behind it is told that it is first now. */
async function queued(tools) {
  const server = await startWorker("model-stand-in.mjs", { kind: "openai" });
  const proxy = await startProxy(tools, server.url, { CODESAGA_MODEL: MODEL, CODESAGA_PARALLEL: "1" });
  const client = openClient(proxy.url);
  const samples = [];
  try {
    const holder = openHearing(client, "bench hold");
    await holder.heard('"text"');
    let first = openHearing(client, "bench prefill");
    await first.heard('"place":1');
    for (let time = 1; time <= TIMES; time += 1) {
      tools.detail(`queued, ${time} of ${TIMES}`);
      const second = openHearing(client, "bench prefill");
      await second.heard('"place":2');
      const since = process.hrtime.bigint();
      first.leave();
      await second.heard('"place":1');
      samples.push(milliseconds(since, process.hrtime.bigint()));
      first = second;
    }
    for (const asked of [first, holder]) asked.leave();
  } finally {
    client.end();
    await proxy.end();
    await server.end();
  }
  return { phase: "queued", until: "the next one told of its new place", times: TIMES, ...times("closed", samples) };
}

/** A question whose events can be waited for; it names a class, so that it is told its places. */
function openHearing(client, prompt) {
  let text = "";
  let waiting;
  const look = () => {
    if (!waiting || !text.includes(waiting.words)) return;
    text = "";
    waiting.resolve();
    waiting = undefined;
  };
  const asked = client.ask(prompt, {
    headers: { "x-codesaga-class": "invoke" },
    heard(piece) {
      text += piece;
      look();
    },
  });
  const heard = (words) =>
    new Promise((resolve, reject) => {
      waiting = { words, resolve };
      asked.over.then(() => reject(new Error(`the answer ended before it said ${words}`)));
      look();
    });
  return { leave: asked.leave, heard };
}

/** What the stand-in told: `of(kind, prompt)` waits for it. */
function openTold() {
  const known = new Map();
  const waiting = new Map();
  return {
    hear(message) {
      const name = `${message.kind} ${message.prompt}`;
      known.set(name, message);
      waiting.get(name)?.(message);
    },
    of(kind, prompt) {
      const name = `${kind} ${prompt}`;
      if (known.has(name)) return Promise.resolve(known.get(name));
      return new Promise((resolve) => waiting.set(name, resolve));
    },
  };
}

const milliseconds = (start, end) => Number(end - start) / 1e6;
