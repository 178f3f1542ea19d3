// A fleet on one machine: three gateways, two model services, a worker, a Redis cluster, Kafka, and five model servers
// that evaluate and write as fast as modest GPUs do. First a hundred people, then a thousand, and while the thousand are
// there every process is restarted, one after the other; then the thousand again, on model servers of the same speed that
// keep more prompts.

import { setTimeout as wait } from "node:timers/promises";
import { atLeast, atMost } from "./figures.mjs";
import { startBalancer, startKafka, startRedisCluster, startRole } from "./fleet-processes.mjs";
import { person } from "./fleet-users.mjs";
import { openKeys } from "./guarded.mjs";
import { MODEL } from "./model-words.mjs";
import { processorTime } from "./processor.mjs";
import { percentile, rounded } from "./statistics.mjs";
import { readTrace, TYPED_KEYS } from "./traces.mjs";
import { startWorker } from "./worker.mjs";

export const FLEET_SECONDS = 600;
const FEW = 100;
const MANY = 1_000;
const GATEWAYS = 3;
const MODEL_SERVICES = 2;
const MODEL_SERVERS = 5;
/** An 8B model at four bits on a modest GPU, as the stand-in plays it. */
const GPU = { evaluatedPerSecond: 1_500, tokenMs: 20, tokens: 64 };
/** Places with 8,192 tokens each, and with 2,048 and half the bytes a token: see docs/scaling.md. */
const [FEW_PLACES, MANY_PLACES] = [4, 64];
const DRAIN_MS = 60_000;
const FREE_MS = 5_000;
/** Answers of which a person must have some for theirs to be compared with others'. */
const ANSWERS_MIN = 5;

export async function fleet({ kit, processes, proxyProgram, fleetSeconds = FLEET_SECONDS, detail }) {
  const tools = { processes, proxyProgram };
  const ends = [];
  const keep = (part) => {
    ends.unshift(part.end);
    return part;
  };
  try {
    detail("Redis and Kafka");
    const redis = keep(await startRedisCluster(tools));
    const kafka = keep(await startKafka(kit));
    const keys = await openKeys(tools);
    const people = [];
    for (let number = 0; number < MANY; number += 1) {
      if (number % 50 === 0) detail(`key ${number + 1} of ${MANY}`);
      people.push(await keys.add(`user-${number}`));
    }
    const settings = {
      CODESAGA_MODEL: MODEL,
      CODESAGA_REDIS_URL: redis.url,
      CODESAGA_KEYS_FILE: keys.file,
      CODESAGA_BUS: "kafka",
      CODESAGA_KAFKA_BROKERS: kafka.brokers,
    };
    const trace = await readTrace("rust", TYPED_KEYS);
    const empty = await redis.bytes();
    const [few, many] = await withProcesses(tools, settings, FEW_PLACES, async (started) => {
      const load = { ...started, people, trace, places: FEW_PLACES };
      return [
        await phase({ ...load, count: FEW, seconds: fleetSeconds / 4 }, detail),
        await phase({ ...load, count: MANY, seconds: fleetSeconds, restarts: true }, detail),
      ];
    });
    const roomy = await withProcesses(tools, settings, MANY_PLACES, (started) =>
      phase({ ...started, people, trace, places: MANY_PLACES, count: MANY, seconds: fleetSeconds / 2 }, detail),
    );
    const kept = (await redis.bytes()) - empty;
    return told(few, many, roomy, kept / MANY);
  } finally {
    for (const end of ends) await end();
  }
}

/** Gateways, model services with so many places at each model server, and a worker, for as long as `work` takes. */
async function withProcesses(tools, settings, places, work) {
  const ends = [];
  const keep = (part) => {
    ends.unshift(part.end);
    return part;
  };
  try {
    const servers = [];
    for (let number = 0; number < MODEL_SERVERS; number += 1)
      servers.push(keep(await startWorker("fleet-model.mjs", { ...GPU, places })));
    const models = [];
    for (let number = 0; number < MODEL_SERVICES; number += 1) {
      // Two services share the model servers' places between them by having servers of their own.
      const own = servers.filter((_, index) => index % MODEL_SERVICES === number).map(({ url }) => url);
      const of = { ...settings, CODESAGA_PARALLEL: String(places), CODESAGA_UPSTREAM: own.join(",") };
      models.push(keep(await startRole(tools, "model", number, of)));
    }
    const services = models.map(({ grpc }) => `http://127.0.0.1:${grpc}`).join(",");
    const asking = { ...settings, CODESAGA_MODEL_SERVICE: services };
    const gateways = [];
    for (let number = 0; number < GATEWAYS; number += 1) {
      gateways.push(keep(await startRole(tools, "gateway", number, asking)));
    }
    const worker = keep(await startRole(tools, "worker", 0, asking));
    const ports = gateways.map(({ port }) => port);
    const { url } = keep(await startBalancer(tools, ports));
    return await work({ url, servers, members: [...gateways, ...models, worker] });
  } finally {
    for (const end of ends) await end();
  }
}

/** So many people for so long; what they were answered, and what it cost. */
async function phase({ url, people, trace, members, servers, places, count, seconds, restarts = false }, detail) {
  const before = { servers: await counts(servers), processor: await used(members) };
  const until = performance.now() + seconds * 1000;
  const heard = [];
  const working = people
    .slice(0, count)
    .map((key, number) =>
      person({ url, key, number, trace, until, heard: (kind, answer) => heard.push({ kind, number, ...answer }) }),
    );
  const watching = (async () => {
    while (performance.now() < until) {
      detail(`${count} people, ${Math.round((until - performance.now()) / 1000)} s left, ${heard.length} answers`);
      await wait(Math.min(2000, Math.max(1, until - performance.now())));
    }
  })();
  let processor;
  if (restarts) {
    await wait(seconds * 400);
    // A process that is started again begins to count anew.
    processor = (await used(members)) - before.processor;
    processor /= heard.length;
    for (const member of members) {
      detail(`${count} people, a ${member.role} is restarted`);
      await member.restart(DRAIN_MS);
    }
  }
  await Promise.all([...working, watching]);
  processor ??= ((await used(members)) - before.processor) / heard.length;
  // Whoever was let go of at the end is let go of within two hops.
  const deadline = performance.now() + FREE_MS;
  let after = await counts(servers);
  while (after.taken > 0 && performance.now() < deadline) after = await counts(servers);
  const sum = (key) => after[key] - before.servers[key];
  return {
    count,
    places,
    heard,
    processorUs: processor,
    knownShare: sum("known_tokens") / sum("prompt_tokens"),
    taken: after.taken,
  };
}

async function counts(servers) {
  const total = {};
  for (const server of servers) {
    server.say("count");
    for (const [key, value] of Object.entries(await server.next()))
      if (key !== "kind") total[key] = (total[key] ?? 0) + value;
  }
  return total;
}

async function used(members) {
  const each = await Promise.all(members.map((member) => processorTime(member.pid())));
  return each.reduce((sum, one) => sum + one, 0);
}

function told(few, many, roomy, keptBytes) {
  const phases = [few, many, roomy];
  const rows = phases.flatMap((phase) => ["completion", "chat"].map((kind) => row(phase, kind)));
  const heard = phases.flatMap((phase) => phase.heard);
  const failed = heard.filter(({ problem }) => problem !== undefined);
  const codes = [...new Set(failed.map(({ problem }) => problem))].join(", ");
  return {
    rows,
    figures: [
      atMost(
        `${MANY} people, every process restarted: failed answers`,
        failed.length,
        0,
        "",
        `of ${heard.length}${codes ? `: ${codes}` : ""}`,
      ),
      atMost(
        `${MANY} people, ${MANY_PLACES} places a server: the person in 20 who waits longest, median wait`,
        fairness(roomy),
        3,
        "× the middle one's",
      ),
      atLeast(
        `prompt tokens known already, ${MANY} people, ${MANY_PLACES} places a server`,
        rounded(roomy.knownShare * 100, 1),
        50,
        "%",
        `${rounded(many.knownShare * 100, 1)} % with ${FEW_PLACES} places`,
      ),
      atMost(
        `processor of the fleet for an answer, ${MANY} people`,
        rounded(many.processorUs / few.processorUs, 2),
        1.2,
        `× that of ${FEW}`,
        `${Math.round(few.processorUs)} to ${Math.round(many.processorUs)} µs`,
      ),
      atMost("Redis for a person who was there", rounded(keptBytes / 1024, 1), 256, "KiB"),
      atMost("places at the model servers that are not free afterwards", many.taken + roomy.taken, 0, ""),
    ],
  };
}

function row({ count, places, heard, knownShare }, kind) {
  const of = heard.filter((answer) => answer.kind === kind);
  const began = of.filter(({ left, began_ms: ms }) => !left && ms !== undefined).map(({ began_ms: ms }) => ms);
  const at = (share) => (began.length > 0 ? rounded(percentile(began, share), 0) : undefined);
  return {
    people: count,
    places,
    class: kind,
    answers: of.length,
    let_go: of.filter(({ left }) => left).length,
    failed: of.filter(({ problem }) => problem !== undefined).length,
    first_text_p50_ms: at(0.5),
    p95_ms: at(0.95),
    p99_ms: at(0.99),
    known_tokens: `${rounded(knownShare * 100, 1)} %`,
  };
}

/** How much longer the person in twenty waits than the middle one, by each one's own median. */
function fairness({ heard }) {
  const by = new Map();
  for (const { kind, number, left, began_ms: ms } of heard) {
    if (kind === "completion" && !left && ms !== undefined) by.set(number, [...(by.get(number) ?? []), ms]);
  }
  const medians = [...by.values()].filter((own) => own.length >= ANSWERS_MIN).map((own) => percentile(own, 0.5));
  if (medians.length === 0) return Number.NaN;
  return rounded(percentile(medians, 0.95) / percentile(medians, 0.5), 2);
}
