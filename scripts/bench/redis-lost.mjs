// Conversations while their Redis is killed for ten seconds: answers that failed, whether the answers said that nothing
// is remembered, and how long answers took beside before.

import { setTimeout as wait } from "node:timers/promises";
import { findProgram } from "../lib/find.mjs";
import { freePort } from "../lib/ports.mjs";
import { atLeast, atMost } from "./figures.mjs";
import { MODEL } from "./model-words.mjs";
import { startProxy } from "./proxy.mjs";
import { percentile, rounded } from "./statistics.mjs";
import { startWorker } from "./worker.mjs";

const USERS = 16;
const PHASE_MS = 10_000;
/** A token every so many milliseconds: an answer takes about a third of a second. */
const PROMPT = "bench paced:5";

export async function redisLost({ processes, proxyProgram, detail }) {
  const server = await startWorker("model-stand-in.mjs", { kind: "openai" });
  const redis = await openRedis(processes);
  const settings = { CODESAGA_MODEL: MODEL, CODESAGA_PARALLEL: "64", CODESAGA_REDIS_URL: redis.url };
  const proxy = await startProxy({ processes, proxyProgram }, server.url, settings);
  const samples = [];
  let phase = "before";
  let over = false;
  const user = async (number) => {
    for (let turn = 0; !over; turn += 1) {
      const asked = phase;
      const answer = await chat(proxy.url, `user-${number}-${Math.floor(turn / 20)}`);
      samples.push({ ...answer, phase: asked });
    }
  };
  try {
    const users = Array.from({ length: USERS }, (_, number) => user(number));
    for (const [name, change] of [
      ["before", () => {}],
      ["killed", () => redis.kill()],
      ["back again", () => redis.start()],
    ]) {
      detail(name);
      await change();
      phase = name;
      await wait(PHASE_MS);
    }
    over = true;
    await Promise.all(users);
  } finally {
    over = true;
    await proxy.end();
    await redis.kill();
    await server.end();
  }
  return told(samples);
}

function told(samples) {
  const rows = ["before", "killed", "back again"].map((name) => {
    const of = samples.filter(({ phase }) => phase === name);
    const took = of.map(({ ms }) => ms);
    return {
      redis: name,
      answers: of.length,
      failed: of.filter(({ memory }) => memory === undefined).length,
      degraded: of.filter(({ memory }) => memory === "degraded").length,
      p50_ms: rounded(percentile(took, 0.5), 1),
      p95_ms: rounded(percentile(took, 0.95), 1),
    };
  });
  const [before, killed, after] = rows;
  const failed = rows.reduce((sum, row) => sum + row.failed, 0);
  const share = rounded((100 * killed.degraded) / killed.answers, 1);
  const slower = rounded(killed.p95_ms / before.p95_ms, 2);
  return {
    rows,
    figures: [
      atMost("Redis killed for 10 s: failed answers", failed, 0, "", `of ${samples.length}`),
      atLeast("answers meanwhile that say memory is degraded", share, 95, "%", `${after.degraded} after it was back`),
      atMost("p95 meanwhile", slower, 1.2, "× before", `${before.p95_ms} and ${killed.p95_ms} ms`),
    ],
  };
}

/** One turn of a conversation: how long it took, and what it said of memory; undefined when it failed. */
async function chat(url, session) {
  const since = performance.now();
  let memory;
  try {
    const response = await fetch(`${url}/v1/chat`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ session, text: PROMPT }),
    });
    const text = await response.text();
    const done = /^event: done\ndata: (.*)$/m.exec(text)?.[1];
    memory = response.ok && done ? JSON.parse(done).memory : undefined;
  } catch {
    // A connection that breaks is an answer that failed.
  }
  return { ms: performance.now() - since, memory };
}

async function openRedis(processes) {
  const port = await freePort();
  let program;
  const start = async () => {
    const flags = ["--port", String(port), "--save", "", "--appendonly", "no"];
    program = processes.start("bench-redis", findProgram("redis-server"), flags);
  };
  /** As a machine loses it: without a word. */
  const kill = async () => {
    if (!program) return;
    process.kill(program.pid, "SIGKILL");
    await program.ended;
    program = undefined;
  };
  await start();
  return { url: `redis://127.0.0.1:${port}`, start, kill };
}
