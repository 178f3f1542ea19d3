// Cancelling: from the call that lets go of a completion to the moment its connection to the model server is closed,
// through the addon and the real proxy, while the request waits in the proxy's queue, while its prompt is evaluated, and
// while it is answered. Over a longer wire the time that bytes were under way is taken off: what is left is ours.
//
// A queued request has no connection to the model server yet. What is taken is when the proxy has closed the client's
// connection (HTTP/1.1), or has been sent the stream's reset (HTTP/2), and the model server must never see it.

import { setTimeout as wait } from "node:timers/promises";
import { atMost } from "./figures.mjs";
import { PHASES } from "./phases.mjs";
import { startProxy } from "./proxy.mjs";
import { times } from "./statistics.mjs";
import { startWorker } from "./worker.mjs";

const GOAL_MS = 5;
const WIRES = [
  { delayMs: 0, times: 100 },
  { delayMs: 60, times: 50 },
];
const SETTLE_MS = 10;
const HEARD_WITHIN_MS = 5_000;
/** Whoever still waited in the queue would have been let in by then. */
const FREED_MS = 300;

/**
 * @param {{ addon: { Engine: new (options: object) => object }, processes: object, proxyProgram: string,
 *   detail: (text: string) => void }} tools
 */
export async function cancel(tools) {
  const rows = [];
  for (const http2 of [false, true]) {
    for (const { delayMs, times: count } of WIRES) {
      const measured = await overWire(tools, { http2, delayMs, count });
      if (!measured) break;
      rows.push(...measured);
    }
  }
  const figures = rows.map((row) =>
    atMost(
      `cancel to closed, ${row.phase}, ${row.over}, wire ${row.wire_delay_ms} ms, p99`,
      row.ours_p99_ms,
      GOAL_MS,
      "ms",
      `p50 ${row.ours_p50_ms} ms`,
    ),
  );
  const late = rows.filter(({ phase }) => phase === "queued").reduce((sum, row) => sum + row.reached_the_model, 0);
  return { rows, figures: [...figures, atMost("requests let go in the queue that reach the model", late, 0, "")] };
}

/** Undefined when the engine and the proxy do not speak that version with each other. */
async function overWire(tools, { http2, delayMs, count }) {
  const rows = [];
  for (const phase of PHASES) {
    const world = await openWorld(tools, { http2, delayMs, phase });
    try {
      const samples = { ours: [], whole: [] };
      for (let time = 0; time < count; time += 1) {
        tools.detail(`${phase.name}, ${http2 ? "HTTP/2" : "HTTP/1.1"}, wire ${delayMs} ms, ${time + 1} of ${count}`);
        const sample = await world.letGo();
        if (sample.http2 !== http2) return undefined;
        samples.ours.push(sample.ours);
        samples.whole.push(sample.whole);
      }
      rows.push({
        phase: phase.name,
        over: http2 ? "HTTP/2" : "HTTP/1.1",
        wire_delay_ms: delayMs,
        times: count,
        ...times("ours", samples.ours),
        ...times("with_the_wire", samples.whole),
        reached_the_model: await world.reached(),
      });
    } finally {
      await world.end();
    }
  }
  return rows;
}

async function openWorld(tools, { http2, delayMs, phase }) {
  const isQueued = phase.name === "queued";
  const told = openTold();
  const upstream = await startWorker("ollama-server.mjs", undefined, told.hear);
  const proxy = await startProxy(tools, upstream.url, { CODESAGA_PARALLEL: isQueued ? "1" : "8" });
  const targets = { http1: proxy.port, ...(http2 && { http2: proxy.port }) };
  const wire = await startWorker("wire.mjs", { targets, delayMs }, told.hear);
  const engine = new tools.addon.Engine({ serverUrl: wire.url });
  const blocker = isQueued ? await block(proxy.url, told) : undefined;
  const uri = `file:///bench/${phase.word}.py`;
  let text = `# ${phase.word}\nvalue =`;
  let version = 1;
  engine.openDocument({ uri, languageId: "python", version, text });
  await engine.status();

  return {
    async letGo() {
      version += 1;
      const line = `\nvalue_${version} =`;
      engine.changeDocument({
        uri,
        version,
        changes: [{ startOffset: text.length, endOffset: text.length, text: line }],
      });
      text += line;
      told.forget();
      const reply = engine.complete({ uri, offset: text.length, trigger: "invoke" });
      const request = await told.of("request");
      if (!isQueued) await told.of("opened");
      if (phase.writes) await firstCompletion(reply);
      await wait(SETTLE_MS + (isQueued ? delayMs : 0));
      // An answer that did not fit may have been asked for a second time, and closed already.
      const newest = told.last("opened")?.answer;
      const isNewest = ({ answer }) => answer === newest;
      const cancelled = process.hrtime.bigint();
      reply.cancel();
      const left = await told.of("let_go", (message) => message.at >= cancelled);
      const closed = isQueued ? await queueLeft(told, left) : (await told.of("closed", isNewest)).at;
      const whole = milliseconds(cancelled, closed);
      return { http2: request.http2, whole, ours: whole - milliseconds(left.at, left.passedOn) };
    },
    /** Requests that came to the model server, also those that would come once its place is free. */
    async reached() {
      await wait(SETTLE_MS);
      blocker?.abort();
      await wait(FREED_MS);
      return told.count((message) => message.kind === "opened" && !message.isBlocker);
    },
    async end() {
      engine.close();
      for (const part of [wire, proxy, upstream]) await part.end();
    },
  };
}

async function queueLeft(told, left) {
  return left.http2 ? left.passedOn : (await told.of("server_closed")).at;
}

/** Takes the proxy's only place at the model, so that whoever comes next waits. */
async function block(url, told) {
  const controller = new AbortController();
  fetch(`${url}/v1/completions`, {
    method: "POST",
    signal: controller.signal,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ prompt: "# blocks phase_queued", stream: true }),
  }).catch(() => {});
  await told.of("opened");
  return controller;
}

async function firstCompletion(reply) {
  for (let event = await reply.next(); event !== null; event = await reply.next()) {
    if (event.kind === "completion" && event.text !== "") return;
  }
  throw new Error("the answer ended before it could be let go");
}

/** What the other threads told: `of(kind, is)` waits for the first such message since `forget()`. */
function openTold() {
  const all = [];
  let from = 0;
  let waiting;
  const any = () => true;
  return {
    hear(message) {
      all.push(message);
      if (waiting && message.kind === waiting.kind && waiting.is(message)) waiting.resolve(message);
    },
    forget() {
      from = all.length;
    },
    last: (kind) => all.findLast((message) => message.kind === kind),
    count: (is) => all.filter(is).length,
    async of(kind, is = any) {
      const known = all.slice(from).find((message) => message.kind === kind && is(message));
      if (known) return known;
      const late = new AbortController();
      const heard = new Promise((resolve) => {
        waiting = { kind, is, resolve };
      });
      const never = wait(HEARD_WITHIN_MS, undefined, { signal: late.signal }).then(() => {
        throw new Error(`nothing was heard of "${kind}" within ${HEARD_WITHIN_MS} ms`);
      });
      never.catch(() => {});
      try {
        return await Promise.race([heard, never]);
      } finally {
        waiting = undefined;
        late.abort();
      }
    },
  };
}

const milliseconds = (start, end) => Number(end - start) / 1e6;
