// Stands between the proxy and llama.cpp's server and notes what that reports of each completion: how many tokens of its
// prompt it evaluated, and how many it still had.
//
// `answer(prompt)` may decide the text of the answer: then the model only reads the prompt, and the client gets that
// text. Otherwise the model's own text is passed on, of so many tokens at most.

import { once } from "node:events";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";

const TOKENS_MAX = 16;
/** Longer than any pause between two requests: a connection must not end just when it is used again. */
const KEPT_MS = 600_000;
const COMPLETIONS = "/v1/completions";

/** @param {{ modelUrl: string, answer?: (prompt: string) => string }} options */
export async function startNotingRelay({ modelUrl, answer }) {
  let noted = [];
  const note = (prompt, timings) => noted.push({ prompt, evaluated: timings.prompt_n, kept: timings.cache_n });
  const server = createServer(async (request, response) => {
    const body = await textOf(request);
    const left = new AbortController();
    response.on("close", () => left.abort());
    try {
      const asked = { method: request.method, path: request.url, body, signal: left.signal };
      if (request.url !== COMPLETIONS) await passOn(modelUrl, asked, response);
      else await complete({ modelUrl, note, answer }, asked, response);
    } catch (error) {
      // Whoever asked has gone: so has the reason to answer.
      if (!left.signal.aborted) response.destroy(error);
    }
  }).listen(0, "127.0.0.1");
  server.keepAliveTimeout = KEPT_MS;
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    /** What was noted since the last time. */
    take() {
      const taken = noted;
      noted = [];
      return taken;
    },
    end() {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function complete({ modelUrl, note, answer }, asked, response) {
  const body = JSON.parse(asked.body);
  const text = answer?.(body.prompt);
  body.max_tokens = text === undefined ? Math.min(body.max_tokens ?? TOKENS_MAX, TOKENS_MAX) : 1;
  Object.assign(body, { stream: true, timings_per_token: true, cache_prompt: true });
  const answered = await send(modelUrl, { ...asked, body: JSON.stringify(body) });
  response.writeHead(answered.status, { "content-type": answered.headers.get("content-type") });
  let isNoted = false;
  for await (const line of createInterface({ input: Readable.fromWeb(answered.body) })) {
    const timings = /^data: \{/.test(line) ? JSON.parse(line.slice("data: ".length)).timings : undefined;
    if (timings && !isNoted) {
      note(body.prompt, timings);
      isNoted = true;
    }
    if (text === undefined) response.write(`${line}\n`);
  }
  if (text !== undefined) response.write(`${event(text, null)}${event("", "stop")}data: [DONE]\n\n`);
  response.end();
}

async function passOn(modelUrl, asked, response) {
  const answered = await send(modelUrl, asked);
  response.writeHead(answered.status, { "content-type": answered.headers.get("content-type") });
  response.end(Buffer.from(await answered.arrayBuffer()));
}

/** Asks a second time when it fails: llama.cpp's server closes a connection after some requests, even one just used. */
async function send(modelUrl, { method, path, body, signal }) {
  const asked = { method, signal, ...(method === "POST" && { body, headers: { "content-type": "application/json" } }) };
  try {
    return await fetch(`${modelUrl}${path}`, asked);
  } catch (error) {
    if (signal.aborted) throw error;
    return fetch(`${modelUrl}${path}`, asked);
  }
}

const event = (text, finish) =>
  `data: ${JSON.stringify({ object: "text_completion", choices: [{ index: 0, text, finish_reason: finish }] })}\n\n`;

async function textOf(request) {
  let text = "";
  for await (const piece of request.setEncoding("utf8")) text += piece;
  return text;
}
