// What the proxy adds to a call, and how many bursts it relays, beside nginx as a plain relay and LiteLLM, alternating
// in one run: every side relays the same answers of the same stand-in for a model server. Load comes from wrk.

import { atLeast, atMost, notMeasured } from "./figures.mjs";
import { startGuarded } from "./guarded.mjs";
import { LITELLM, startLiteLlm } from "./litellm.mjs";
import { MODEL, TOKENS } from "./model-words.mjs";
import { startNginx } from "./nginx.mjs";
import { processorTime } from "./processor.mjs";
import { startProxy } from "./proxy.mjs";
import { resident } from "./resident.mjs";
import { median, rounded } from "./statistics.mjs";
import { startWorker } from "./worker.mjs";
import { press } from "./wrk.mjs";

const ROUNDS = 7;
const SECONDS = 2;
const SETTINGS = { CODESAGA_MODEL: MODEL, CODESAGA_PARALLEL: "128", CODESAGA_LOG: "json" };
const RESIDENT_MB = 60;

const [NONE, NGINX, PLAIN, GUARDED, TRANSLATED] = [
  "none",
  "nginx",
  "codesaga-proxy",
  "codesaga-proxy, keys, limits and records on",
  "codesaga-proxy, translated from Ollama",
];

/** One case: how it is asked, and on how many connections. LiteLLM's own limits end a longer one of its kind. */
const ONE = { name: "one call at a time", connections: 1, prompt: "bench short" };
const BURST = { name: `${TOKENS}-token bursts, 64 connections`, connections: 64, prompt: "bench burst" };

/**
 * @param {{ processes: object, proxyProgram: string, withoutLiteLlm: boolean, detail: (text: string) => void }} tools
 */
export async function relay(tools) {
  const world = await openWorld(tools);
  try {
    const one = await compare(tools, world, ONE);
    const burst = await compare(tools, world, BURST);
    const memory = await resident(world.plainPid);
    return { rows: [...one, ...burst].map(row), figures: [...added(one), ...bursts(burst), held(memory)] };
  } finally {
    await world.end();
  }
}

async function openWorld(tools) {
  const opened = [];
  const open = async (starting) => {
    const one = await starting;
    opened.push(one);
    return one;
  };
  const openai = await open(startWorker("model-stand-in.mjs", { kind: "openai" }));
  const ollama = await open(startWorker("model-stand-in.mjs", { kind: "ollama" }));
  const nginx = await open(startNginx(tools, openai.url));
  const plain = await open(startProxy(tools, openai.url, SETTINGS));
  const guarded = await open(startGuarded(tools, openai.url, SETTINGS));
  const translated = await open(startProxy(tools, ollama.url, SETTINGS));
  const targets = [
    { who: NONE, url: openai.url },
    { who: NGINX, ...nginx },
    { who: PLAIN, ...plain },
    { who: GUARDED, ...guarded },
    { who: TRANSLATED, ...translated },
  ];
  if (!tools.withoutLiteLlm) {
    tools.detail(`starts ${LITELLM}`);
    targets.push({ who: LITELLM, ...(await open(startLiteLlm(tools, openai.url))) });
  }
  const end = async () => {
    for (const one of opened.reverse()) await one.end();
  };
  return { targets, plainPid: plain.pid, end };
}

/** Each target's figures: the medians of the rounds, in which the targets take turns. */
async function compare({ detail }, { targets }, { name, connections, prompt }) {
  const samples = new Map(targets.map(({ who }) => [who, []]));
  const pressed = async ({ url, key, pid }, seconds) => {
    const before = pid && (await processorTime(pid));
    const figures = await press(url, { prompt, connections, seconds, key });
    const used = pid && (await processorTime(pid)) - before;
    return { ...figures, processor: used ? used / (figures.rate * seconds) : 0 };
  };
  for (const target of targets) await pressed(target, 1);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const target of targets) {
      detail(`${name}, round ${round + 1} of ${ROUNDS}, ${target.who}`);
      samples.get(target.who).push(await pressed(target, SECONDS));
    }
  }
  return targets.map(({ who }) => ({ case: name, relay: who, ...middle(samples.get(who)), samples: samples.get(who) }));
}

function middle(samples) {
  const of = (key) => median(samples.map((sample) => sample[key]));
  return { p50: of("p50"), p99: of("p99"), rate: of("rate"), processor: of("processor") };
}

/** The median of what stands to another target's in the same round. */
function turns(rows, who, other, relation) {
  const [mine, theirs] = [who, other].map((name) => rows.find(({ relay }) => relay === name)?.samples);
  return median(mine.map((sample, round) => relation(sample, theirs[round])));
}

function added(rows) {
  const more = (who, key) =>
    rounded(
      turns(rows, who, NONE, (mine, none) => mine[key] - none[key]),
      3,
    );
  const beside = (key) =>
    [NGINX, LITELLM]
      .filter((who) => rows.some(({ relay }) => relay === who))
      .map((who) => `${who} ${more(who, key)} ms`)
      .join(", ");
  return [
    atMost("added to a call, plain relay, p50", more(PLAIN, "p50"), 0.15, "ms", beside("p50")),
    atMost("added to a call, plain relay, p99", more(PLAIN, "p99"), 1, "ms", beside("p99")),
    atMost("added to a call, keys, limits, admission and records on, p50", more(GUARDED, "p50"), 0.5, "ms"),
    atMost("added to a call, keys, limits, admission and records on, p99", more(GUARDED, "p99"), 2, "ms"),
  ];
}

function bursts(rows) {
  const ratio = (who, key) =>
    rounded(
      turns(rows, who, NGINX, (mine, nginx) => mine[key] / nginx[key]),
      2,
    );
  const of = (who, key) => Math.round(rows.find(({ relay }) => relay === who)[key]);
  const costs = (who) => `${of(who, "processor")} µs of processor an answer`;
  const lite = rows.some(({ relay }) => relay === LITELLM)
    ? `${LITELLM} ${ratio(LITELLM, "rate")} ×`
    : "LiteLLM not measured";
  return [
    atLeast(
      "bursts passed through, answers per second",
      ratio(PLAIN, "rate"),
      0.95,
      "× nginx's",
      `nginx ${of(NGINX, "rate")}/s, ${lite}; ${costs(PLAIN)}, nginx ${of(NGINX, "processor")} µs`,
    ),
    atMost("bursts passed through, p99", ratio(PLAIN, "p99"), 1, "× nginx's"),
    atLeast(
      "bursts translated from NDJSON, answers per second",
      ratio(TRANSLATED, "rate"),
      0.7,
      "× nginx's",
      costs(TRANSLATED),
    ),
  ];
}

function held({ most }) {
  const name = "memory under those bursts, the most";
  if (process.platform !== "linux") return notMeasured(name, "only Linux tells");
  return atMost(name, rounded(most, 1), RESIDENT_MB, "MB");
}

const row = ({ case: name, relay: who, p50, p99, rate, processor }) => ({
  case: name,
  relay: who,
  p50_ms: rounded(p50, 3),
  p99_ms: rounded(p99, 3),
  answers_per_second: Math.round(rate),
  processor_us_per_answer: Math.round(processor),
});
