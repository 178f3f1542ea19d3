// One over-eager user among ten normal ones: how long the others' answers take while he always has fifty requests at the
// door, beside how long they take without him, in turns. The model's stand-in answers at a fixed number of tokens a
// second, so an answer takes as long for everybody and what differs is the waiting.

import { setTimeout as wait } from "node:timers/promises";
import { atMost } from "./figures.mjs";
import { openKeys } from "./guarded.mjs";
import { MODEL } from "./model-words.mjs";
import { startProxy } from "./proxy.mjs";
import { seeded } from "./seeded.mjs";
import { percentile, rounded } from "./statistics.mjs";
import { isWhole, openClient } from "./stream-client.mjs";
import { startWorker } from "./worker.mjs";

const USERS = 10;
const AT_ONCE = 50;
const PLACES = 4;
/** Two hundred tokens a second: an answer takes about a third of a second. */
const PROMPT = "bench paced:5";
const PAUSE_MS = 2000;
const ROUNDS = 3;
const SECONDS = 30;
const GOAL_TIMES = 1.3;
const HEADERS = { "x-codesaga-class": "invoke" };

export async function fairness({ processes, proxyProgram, detail }) {
  const server = await startWorker("model-stand-in.mjs", { kind: "openai" });
  const keys = await openKeys({ processes, proxyProgram });
  const greedy = await keys.add("greedy");
  const users = [];
  for (let number = 0; number < USERS; number += 1) users.push(await keys.add(`user-${number}`));
  const settings = { CODESAGA_MODEL: MODEL, CODESAGA_PARALLEL: String(PLACES), CODESAGA_KEYS_FILE: keys.file };
  const proxy = await startProxy({ processes, proxyProgram }, server.url, settings);
  const samples = { without: [], with: [], greedy: [] };
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const way of ["without", "with"]) {
        detail(`${way} him, round ${round + 1} of ${ROUNDS}`);
        const until = performance.now() + SECONDS * 1000;
        const working = users.map((key, number) => user(proxy.url, key, seeded(number + 1 + round * USERS), until));
        const eager = way === "with" ? overEager(proxy.url, greedy, until) : Promise.resolve([]);
        samples[way].push(...(await Promise.all(working)).flat());
        samples.greedy.push(...(await eager));
      }
    }
  } finally {
    await proxy.end();
    await server.end();
  }
  return told(samples);
}

/** One answer after the other, with pauses as people make them. */
async function user(url, key, random, until) {
  const client = openClient(url, { key });
  const ended = [];
  while (performance.now() < until) {
    await wait(random() * 2 * PAUSE_MS);
    ended.push(await client.ask(PROMPT, { headers: HEADERS }).over);
  }
  client.end();
  return ended;
}

/** Fifty at once, and one more for each that ends. */
async function overEager(url, key, until) {
  const client = openClient(url, { key });
  const ended = [];
  const one = async () => {
    while (performance.now() < until) ended.push(await client.ask(PROMPT, { headers: HEADERS }).over);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  client.end();
  return ended;
}

function told(samples) {
  const row = (who, ended) => {
    const times = ended.filter(isWhole).map(({ total_ms: total }) => total);
    const at = (share) => rounded(percentile(times, share), 0);
    return { who, answers: ended.length, whole: times.length, p50_ms: at(0.5), p95_ms: at(0.95), p99_ms: at(0.99) };
  };
  const rows = [
    row(`${USERS} users without him`, samples.without),
    row(`${USERS} users beside him`, samples.with),
    row(`one user with ${AT_ONCE} at once`, samples.greedy),
  ];
  const [without, beside] = rows;
  const failed = without.answers - without.whole + beside.answers - beside.whole;
  return {
    rows,
    figures: [
      atMost(
        `${AT_ONCE} at once of one user: p95 of ${USERS} others`,
        rounded(beside.p95_ms / without.p95_ms, 2),
        GOAL_TIMES,
        "× without him",
        `${beside.p95_ms} to ${without.p95_ms} ms`,
      ),
      atMost(`${AT_ONCE} at once of one user: answers of others refused or failed`, failed, 0, ""),
    ],
  };
}
