// One of three model servers is killed while all of them answer: answers that were lost before they had begun, and how
// those ended that it was in the middle of.

import { setTimeout as wait } from "node:timers/promises";
import { atMost } from "./figures.mjs";
import { MODEL } from "./model-words.mjs";
import { startProxy } from "./proxy.mjs";
import { percentile, rounded } from "./statistics.mjs";
import { endsOnce, isWhole, openClient } from "./stream-client.mjs";
import { startWorker } from "./worker.mjs";

const SERVERS = 3;
const PLACES = 8;
/** More than have a place, so that some wait for the server that is killed. */
const USERS = 36;
/** A token every so many milliseconds: an answer takes about a third of a second. */
const PROMPT = "bench paced:5";
const PHASE_MS = 4000;

export async function failover({ processes, proxyProgram, detail }) {
  const servers = await Promise.all(
    Array.from({ length: SERVERS }, () => startWorker("model-stand-in.mjs", { kind: "openai" })),
  );
  const upstreams = servers.map(({ url }) => url).join(",");
  const settings = { CODESAGA_MODEL: MODEL, CODESAGA_PARALLEL: String(PLACES) };
  const proxy = await startProxy({ processes, proxyProgram }, upstreams, settings);
  const client = openClient(proxy.url);
  const answers = [];
  let phase = "before";
  let over = false;
  const user = async () => {
    while (!over) {
      const began = phase;
      answers.push({ ...(await client.ask(PROMPT).over), phase: began });
    }
  };
  try {
    const users = Array.from({ length: USERS }, user);
    detail("three model servers");
    await wait(PHASE_MS);
    detail("one of them is killed");
    await servers[0].end();
    phase = "killed";
    await wait(PHASE_MS);
    over = true;
    await Promise.all(users);
  } finally {
    over = true;
    client.end();
    await proxy.end();
    await Promise.all(servers.map((server) => server.end()));
  }
  return told(answers);
}

/** What the answers come to; one counts to the phase in which it was asked for. */
export function told(answers) {
  const row = (name) => {
    const of = answers.filter(({ phase }) => phase === name);
    const began = of.flatMap(({ began_ms: ms }) => (ms === undefined ? [] : [ms]));
    return {
      servers: name === "before" ? "three" : "one of three killed",
      answers: of.length,
      whole: of.filter(isWhole).length,
      cut: of.filter((answer) => answer.status === 200 && !isWhole(answer)).length,
      lost: of.filter(({ status }) => status !== 200).length,
      first_piece_p95_ms: began.length > 0 ? rounded(percentile(began, 0.95), 1) : undefined,
    };
  };
  const rows = [row("before"), row("killed")];
  const sum = (key) => rows.reduce((total, each) => total + each[key], 0);
  // What never had a status was lost too, and has no end to count.
  const endless = answers.filter((answer) => answer.status === 200 && !endsOnce(answer)).length;
  return {
    rows,
    figures: [
      atMost("one of three killed: answers lost before the first byte", sum("lost"), 0, "", `of ${answers.length}`),
      atMost("one of three killed: answers without exactly one end", endless, 0, "", `${sum("cut")} were cut off`),
    ],
  };
}
