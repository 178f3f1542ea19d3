// One cell of the matrix: a job is on its way, one part is killed at one step and started again, and then everything is
// looked at that a user, or the person who runs the servers, could see of it.
import { setTimeout as wait } from "node:timers/promises";
import { ask } from "../lib/ports.mjs";
import { until } from "./fleet.mjs";

/** What is killed. */
export const parts = ["gateway", "model", "worker", "broker", "redis", "upstream"];
/** Where the job stands then. */
export const steps = ["waiting", "context_stored", "generating", "generated", "stored", "completed"];

const endMs = 120_000;
const caller = "local:local";
let count = 0;

/** What came of it: `wrong` is empty when the job ended as if nothing had been. */
export async function kill(fleet, part, step) {
  const key = `kill-${++count}`;
  const answer = `def total_${count}(rows):\n    return sum(rows)\n`;
  const says = { pieces: [answer] };
  await fleet.upstream.forget();
  // The step that takes long is held; all others are over by themselves.
  await fleet.upstream.say([step === "generating" ? { ...says, hold_after: 1 } : says]);
  const chargedBefore = await charged(fleet);
  const sent = send(fleet, key);
  const seen = await reached(fleet, sent, step);
  const asked = async () => (await fleet.upstream.asked()).length;
  if (step === "generating") await until(async () => (await asked()) > 0, "a question to the model");
  // What it was asked goes with it.
  const askedBefore = part === "upstream" ? await asked() : 0;
  await fleet.kill(part);
  const killed = Date.now();
  const startAgain = async () => {
    await fleet.startAgain(part);
    await fleet.upstream.say([says]);
    await fleet.upstream.release();
  };
  const end = async () => {
    const job = await ended(fleet, await sent);
    return { job, seconds: (Date.now() - killed) / 1_000 };
  };
  const [{ job, seconds }] = await Promise.all([end(), startAgain()]);
  const wrong = await whatIsWrong(fleet, { part, job, key, answer, chargedBefore });
  return { part, step, seen, seconds, asked: askedBefore + (await asked()), wrong };
}

/** Sends it as a program does that wants it done: with a key, and again until it is told that it is accepted. */
async function send(fleet, key) {
  const body = JSON.stringify({ request_type: "refactor", input: "Use sum().", language: "python", code_context: key });
  const headers = { "content-type": "application/json", prefer: "respond-async", "idempotency-key": key };
  const deadline = Date.now() + endMs;
  for (;;) {
    const response = await ask(`${fleet.gateway}/v1/generate`, { method: "POST", headers, body, timeoutMs: 5_000 });
    const told = await response?.json().catch(() => undefined);
    if (response?.status === 202) return told.id;
    if (Date.now() > deadline) throw new Error(`not accepted: ${response?.status} ${JSON.stringify(told)}`);
    await wait(100);
  }
}

/** Returns when the job stands at the step or, when that was over too soon, later; says where. */
async function reached(fleet, sent, step) {
  let id;
  sent.then((accepted) => {
    id = accepted;
  });
  const wanted = steps.indexOf(step);
  for (;;) {
    const stage = await stageOfNewest(fleet, id);
    // One that ended otherwise comes no further.
    if (steps.indexOf(stage) >= wanted || ["failed", "cancelled"].includes(stage)) return stage;
    // A look takes less than a step does.
    await wait(1);
  }
}

async function stageOfNewest(fleet, id) {
  const key = id ? `cs:{${caller}:${id}}:job` : await openJob(fleet);
  const state = key && (await fleet.redis("HGET", key, "state"));
  return state ? JSON.parse(state).stage : undefined;
}

/** The job that is not accepted yet, by the key it was sent with. */
async function openJob(fleet) {
  const script =
    "for _, k in ipairs(redis.call('KEYS', 'cs:{*}:job')) do if redis.call('HGET', k, 'ended') == '0' then return k end end";
  return await fleet.redis("EVAL", script, "0");
}

/** Where it stands once it has ended. */
async function ended(fleet, id) {
  let job;
  await until(
    async () => {
      const response = await ask(`${fleet.gateway}/v1/generate/${id}`);
      job = (await response?.json().catch(() => undefined)) ?? job;
      // Whoever asks meanwhile may be told that it is not known now, never that there is no such job.
      if (response?.status === 404) throw new Error(`the job ${id} is lost`);
      return response?.ok && ["completed", "failed", "cancelled"].includes(job.stage);
    },
    `the end of ${id}, which stands at ${job?.stage}`,
    endMs,
  );
  return job;
}

async function whatIsWrong(fleet, { part, job, key, answer, chargedBefore }) {
  const wrong = [];
  const note = (isWrong, words) => isWrong && wrong.push(words);
  note(job.stage !== "completed", `${job.stage}: ${JSON.stringify(job.error)}`);
  // A model server that was started again knows its script a moment later.
  note(part === "upstream" ? !job.response : job.response !== answer, "another answer");
  note((await send(fleet, key)) !== job.id, "the same key gave another job");
  await settled(async () => (await recordsOf(fleet, job.id)) === 1, "not one record", note);
  const used = job.usage?.total_tokens ?? 0;
  const cost = (await charged(fleet)) - chargedBefore;
  note(cost !== used, `${used} tokens used and ${cost} charged`);
  await settled(async () => (await fleet.redis("ZCARD", "cs:{jobs}:due")) === 0, "a job is still due", note);
  await settled(async () => (await inFlight(fleet)) === 0, "a place at the model server is still taken", note);
  const open = async () => (await fleet.upstream.asked()).every((request) => request.ending);
  await settled(open, "a connection to the model server is still open", note);
  return wrong;
}

/** Notes what is not so within the time in which a fleet comes to rest. */
async function settled(isSo, words, note) {
  await until(isSo, words, 30_000, 50).catch(() => note(true, words));
}

/** How many records are told of a job; undefined while the gateway cannot tell. */
async function recordsOf(fleet, id) {
  const response = await ask(`${fleet.gateway}/v1/requests?limit=100`, { timeoutMs: 5_000 });
  const told = await response?.json().catch(() => undefined);
  return response?.ok ? told.requests.filter((record) => record.id === id).length : undefined;
}

async function charged(fleet) {
  return Number((await fleet.redis("HGET", `cs:{${caller}}:use`, "dc")) ?? 0);
}

/** Requests that some process of the fleet believes to be with the model server, or on their way. */
async function inFlight(fleet) {
  let sum = 0;
  for (const url of fleet.http) {
    const response = await ask(`${url}/metrics`, { timeoutMs: 5_000 });
    const text = (await response?.text().catch(() => undefined)) ?? "";
    for (const [, number] of text.matchAll(/^codesaga_(?:in_flight|queue_length)(?:\{[^}]*\})? (\d+)/gm))
      sum += Number(number);
  }
  return sum;
}
