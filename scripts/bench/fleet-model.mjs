// A model server as a modest GPU has one, on a thread of its own: some places, each with the prompt it saw last, so that
// only what differs from it is evaluated again. All places together evaluate at one rate, by turns of a batch, as llama.cpp
// does; each writes at a rate of its own, which the memory's bandwidth sets while few write at once. Speaks the OpenAI
// dialect, and counts what it evaluated and what it knew already.

import { once } from "node:events";
import { createServer } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { facts, openAiChunk, openAiLast } from "./model-words.mjs";

const CHARACTERS_PER_TOKEN = 4;
/** A place is taken for a prompt's sake when it knows so much of it; else the one that was free for longest. */
const WORTH_KEEPING = 0.3;
/** Tokens that are evaluated in one turn. */
const BATCH = 512;

const { places, evaluatedPerSecond, tokenMs, tokens } = workerData;
const free = Array.from({ length: places }, () => ({ known: "" }));
const counted = { prompts: 0, prompt_tokens: 0, known_tokens: 0, waited: 0, open: 0 };
const line = [];
/** Over when the turns taken so far are. */
let turns = Promise.resolve();

const server = createServer((request, response) => {
  let body = "";
  request.setEncoding("utf8").on("data", (piece) => {
    body += piece;
  });
  request.on("end", () => answer(request, response, body));
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", 4096, () => parentPort.postMessage({ port: server.address().port }));
parentPort.on("message", () => parentPort.postMessage({ kind: "count", ...counted, taken: places - free.length }));

async function answer({ method, url }, response, body) {
  if (method === "GET") {
    const told = facts("openai", url);
    response.writeHead(told ? 200 : 404, { "content-type": "application/json" });
    return response.end(told ?? "{}");
  }
  const { prompt, messages, max_tokens: most = tokens } = JSON.parse(body);
  const text = prompt ?? messages.map(({ role, content }) => `<${role}>${content}`).join("");
  const left = new AbortController();
  response.on("close", () => left.abort());
  const place = await takePlace(text, left.signal);
  if (!place) return undefined;
  try {
    await write(response, text, place, Math.min(most, tokens), left.signal);
  } catch (error) {
    if (error.name !== "AbortError") throw error;
  } finally {
    giveBack(place);
  }
  return undefined;
}

async function write(response, text, place, count, signal) {
  const known = common(place.known, text);
  place.known = text;
  const [all, again] = [text.length, text.length - known].map((length) => Math.ceil(length / CHARACTERS_PER_TOKEN));
  // A health check's prompt is one sign long.
  if (text.length > 1) {
    counted.prompts += 1;
    counted.prompt_tokens += all;
    counted.known_tokens += all - again;
  }
  await evaluate(again, signal);
  response.writeHead(200, { "content-type": "text/event-stream" });
  for (let index = 0; index < count; index += 1) {
    response.write(openAiChunk(index));
    await wait(tokenMs, undefined, { signal });
  }
  response.end(openAiLast(count));
}

/** By turns with all others; whoever left takes none any more, and is let go before the turn that runs is over. */
async function evaluate(count, signal) {
  signal.throwIfAborted();
  const left = once(signal, "abort").then(() => signal.throwIfAborted());
  // It also happens when nobody waits for it any more.
  left.catch(() => {});
  for (let tokens = count; tokens > 0; tokens -= BATCH) {
    turns = turns.then(() =>
      signal.aborted ? undefined : wait((Math.min(tokens, BATCH) / evaluatedPerSecond) * 1000),
    );
    await Promise.race([turns, left]);
  }
}

/** The free place that knows most of a text; undefined when who asked has gone before there was one. */
async function takePlace(text, signal) {
  if (free.length === 0) {
    counted.waited += 1;
    const isFree = await new Promise((resolve) => {
      line.push(resolve);
      signal.addEventListener("abort", () => resolve(false), { once: true });
    });
    if (!isFree || signal.aborted) {
      if (isFree) line.shift()?.(true);
      return undefined;
    }
  }
  const shares = free.map(({ known }) => common(known, text) / text.length);
  const best = shares.indexOf(Math.max(...shares));
  return free.splice(shares[best] > WORTH_KEEPING ? best : 0, 1)[0];
}

function giveBack(place) {
  free.push(place);
  line.shift()?.(true);
}

/** Characters that two texts begin with together. */
function common(left, right) {
  const most = Math.min(left.length, right.length);
  let at = 0;
  while (at < most && left.charCodeAt(at) === right.charCodeAt(at)) at += 1;
  return at;
}
