// A thousand answers that say nothing for a while: whether all of them are alive afterwards, and what the proxy holds in
// memory without any, and with them.

import { setTimeout as wait } from "node:timers/promises";
import { atLeast, atMost, notMeasured } from "./figures.mjs";
import { MODEL } from "./model-words.mjs";
import { startProxy } from "./proxy.mjs";
import { resident } from "./resident.mjs";
import { rounded } from "./statistics.mjs";
import { isWhole, openClient } from "./stream-client.mjs";
import { startWorker } from "./worker.mjs";

const STREAMS = 1000;
const IDLE_S = 20;
/** One model server is given 256 requests at a time at most. */
const SERVERS = 4;
const IDLE_MB = 25;

export async function idle({ processes, proxyProgram, detail }) {
  const servers = await Promise.all(
    Array.from({ length: SERVERS }, () => startWorker("model-stand-in.mjs", { kind: "openai" })),
  );
  const upstream = servers.map(({ url }) => url).join(",");
  const settings = { CODESAGA_MODEL: MODEL, CODESAGA_PARALLEL: "256" };
  const proxy = await startProxy({ processes, proxyProgram }, upstream, settings);
  const client = openClient(proxy.url);
  try {
    const before = await memory(proxy);
    let begun = 0;
    const count = () => {
      begun += 1;
      detail(`${begun} of ${STREAMS} streams`);
    };
    const asked = Array.from({ length: STREAMS }, () => client.ask("bench hold", { heard: once(count) }));
    const all = Promise.all(asked.map(({ over }) => over));
    for (let second = 0; second < IDLE_S || (begun < STREAMS && second < 3 * IDLE_S); second += 1) await wait(1000);
    const meanwhile = await memory(proxy);
    for (const server of servers) server.say("release");
    const ended = await all;
    const alive = ended.filter(isWhole).length;
    const row = {
      streams: STREAMS,
      begun,
      idle_s: IDLE_S,
      ended_as_they_should: alive,
      memory_before_mb: before,
      memory_meanwhile_mb: meanwhile,
    };
    return {
      rows: [row],
      figures: [atLeast(`idle streams alive after ${IDLE_S} s`, alive, STREAMS, ""), held(before, meanwhile)],
    };
  } finally {
    client.end();
    await proxy.end();
    for (const server of servers) await server.end();
  }
}

const memory = async ({ pid }) => (process.platform === "linux" ? rounded((await resident(pid)).now, 1) : 0);

function held(before, meanwhile) {
  if (process.platform !== "linux") return notMeasured("memory idle", "only Linux tells");
  return atMost("memory idle", before, IDLE_MB, "MB", `with ${STREAMS} idle streams ${meanwhile} MB`);
}

function once(call) {
  let called = false;
  return () => {
    if (!called) call();
    called = true;
  };
}
