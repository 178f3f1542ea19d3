// What the hop between a gateway and a model service adds to a call, beside the one process that is both, alternating in
// one run; and how long it takes from a client that leaves to the model server's connection being closed, across both.

import { atMost } from "./figures.mjs";
import { startGateway } from "./gateway.mjs";
import { reached } from "./leave.mjs";
import { MODEL, TOKENS } from "./model-words.mjs";
import { startProxy } from "./proxy.mjs";
import { median, rounded } from "./statistics.mjs";
import { startWorker } from "./worker.mjs";
import { press } from "./wrk.mjs";

const ROUNDS = 7;
const SECONDS = 2;
/** A thread each: four programs share the machine, and a thread that has to be woken costs more than all else here. */
const SETTINGS = { CODESAGA_MODEL: MODEL, CODESAGA_PARALLEL: "128", CODESAGA_LOG: "json", TOKIO_WORKER_THREADS: "1" };
const ADDED_MS = 0.3;
const CLOSED_MS = 5;

const ONE = { name: "one call at a time", connections: 1, prompt: "bench short" };
const BURST = { name: `${TOKENS}-token bursts, 64 connections`, connections: 64, prompt: "bench burst" };

/** @param {{ processes: object, proxyProgram: string, detail: (text: string) => void }} tools */
export async function grpcHop(tools) {
  const calls = await compared(tools);
  const left = [];
  for (const phase of ["prefill", "streaming"]) left.push(await reached(tools, phase, startGateway));
  const [one] = calls;
  const figures = [
    atMost("added to a call by the hop, p50", one.added_p50_ms, ADDED_MS, "ms", `p99 ${one.added_p99_ms} ms`),
    ...left.map((row) =>
      atMost(
        `client gone → ${row.until}, both hops, ${row.phase}, p99`,
        row.closed_p99_ms,
        CLOSED_MS,
        "ms",
        `p50 ${row.closed_p50_ms} ms`,
      ),
    ),
  ];
  return { rows: [...calls, ...left], figures };
}

async function compared(tools) {
  const server = await startWorker("model-stand-in.mjs", { kind: "openai" });
  const whole = await startProxy(tools, server.url, SETTINGS);
  const gateway = await startGateway(tools, server.url, SETTINGS);
  try {
    const rows = [];
    for (const { name, ...load } of [ONE, BURST]) {
      const samples = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        tools.detail(`${name}, round ${round + 1} of ${ROUNDS}`);
        const alone = await press(whole.url, { ...load, seconds: SECONDS });
        samples.push({ alone, hop: await press(gateway.url, { ...load, seconds: SECONDS }) });
      }
      const of = (figure, digits = 3) => rounded(median(samples.map(figure)), digits);
      rows.push({
        case: name,
        added_p50_ms: of(({ alone, hop }) => hop.p50 - alone.p50),
        added_p99_ms: of(({ alone, hop }) => hop.p99 - alone.p99),
        one_process_p50_ms: of(({ alone }) => alone.p50),
        gateway_p50_ms: of(({ hop }) => hop.p50),
        one_process_per_s: of(({ alone }) => alone.rate, 0),
        gateway_per_s: of(({ hop }) => hop.rate, 0),
      });
    }
    return rows;
  } finally {
    await gateway.end();
    await whole.end();
    await server.end();
  }
}
