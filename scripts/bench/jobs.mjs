// Jobs beside the same edits asked for at once: how long accepting one takes, when its answer is there, and how many a
// server gets through. Redis writes everything down, as it has to where jobs must not be lost.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { findProgram } from "../lib/find.mjs";
import { freePort } from "../lib/ports.mjs";
import { atLeast, atMost } from "./figures.mjs";
import { MODEL } from "./model-words.mjs";
import { startProxy } from "./proxy.mjs";
import { percentile, rounded } from "./statistics.mjs";
import { startWorker } from "./worker.mjs";

const ONE_BY_ONE = 200;
const TOGETHER = 480;
/** Below what one user may have on the way. */
const AT_A_TIME = 48;
const REQUEST = { request_type: "refactor", input: "bench short", language: "python", code_context: "x = 1\n" };

export async function jobs({ processes, proxyProgram, detail }) {
  const server = await startWorker("model-stand-in.mjs", { kind: "openai" });
  const redis = await openRedis(processes);
  const proxy = await startProxy({ processes, proxyProgram }, server.url, {
    CODESAGA_MODEL: MODEL,
    CODESAGA_PARALLEL: "64",
    CODESAGA_REDIS_URL: redis.url,
    CODESAGA_BUS: "redis",
  });
  try {
    detail("at once");
    const direct = await oneByOne(async () => ({ answered: await timed(() => generate(proxy.url)) }));
    detail("one by one");
    const single = await oneByOne(() => job(proxy.url));
    detail(`${AT_A_TIME} at a time`);
    const since = performance.now();
    const user = async () => {
      for (let count = 0; count < TOGETHER / AT_A_TIME; count += 1) await job(proxy.url);
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, user));
    return told(direct, single, (performance.now() - since) / 1000);
  } finally {
    await proxy.end();
    await redis.end();
    await server.end();
  }
}

function told(direct, single, seconds) {
  const of = (samples, what, share) => {
    const times = samples.map((sample) => sample[what]);
    return rounded(percentile(times, share), 1);
  };
  const row = (asked, samples, what) => ({
    asked,
    count: samples.length,
    p50_ms: of(samples, what, 0.5),
    p95_ms: of(samples, what, 0.95),
  });
  const rows = [
    row("at once: answered", direct, "answered"),
    row("as a job: accepted", single, "accepted"),
    row("as a job: answered", single, "answered"),
  ];
  const [atOnce, accepted, answered] = rows;
  const more = rounded(answered.p50_ms - atOnce.p50_ms, 1);
  return {
    rows,
    figures: [
      atMost("a job is accepted, p50", accepted.p50_ms, 10, "ms", `p95 ${accepted.p95_ms} ms`),
      atMost("its answer is there later than one asked for at once, p50", more, 25, "ms", `p95 ${answered.p95_ms} ms`),
      atLeast(`jobs a second, ${AT_A_TIME} at a time`, Math.round(TOGETHER / seconds), 50, "", "one process"),
    ],
  };
}

async function oneByOne(ask) {
  const samples = [];
  for (let count = 0; count < ONE_BY_ONE; count += 1) samples.push(await ask());
  return samples;
}

async function timed(work) {
  const since = performance.now();
  await work();
  return performance.now() - since;
}

async function generate(url) {
  const response = await post(url, {});
  if (response.status !== 200) throw new Error(`status ${response.status}`);
  await response.json();
}

/** Milliseconds until it was accepted and until its end was told. */
async function job(url) {
  const since = performance.now();
  const response = await post(url, { prefer: "respond-async" });
  const { id } = await response.json();
  const accepted = performance.now() - since;
  if (response.status !== 202) throw new Error(`status ${response.status}`);
  const following = await fetch(`${url}/v1/generate/${id}`, { headers: { accept: "text/event-stream" } });
  const events = await following.text();
  if (!events.includes("event: done\n")) throw new Error(`a job did not end well: ${events}`);
  return { accepted, answered: performance.now() - since };
}

async function post(url, headers) {
  const body = JSON.stringify(REQUEST);
  return await fetch(`${url}/v1/generate`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body,
  });
}

async function openRedis(processes) {
  const folder = await mkdtemp(path.join(tmpdir(), "codesaga-bench-redis-"));
  const port = await freePort();
  const flags = ["--port", String(port), "--save", "", "--appendonly", "yes", "--dir", folder];
  const program = processes.start("bench-redis", findProgram("redis-server"), flags);
  const end = async () => {
    await program.end();
    await rm(folder, { recursive: true, force: true });
  };
  return { url: `redis://127.0.0.1:${port}`, end };
}
