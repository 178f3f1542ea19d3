// A server that poses as codesaga-proxy, in this process: it shows what the addon sent and says
// what a test tells it to say.

import { once } from "node:events";
import { createServer } from "node:http";
import { createRequire } from "node:module";

export const { Engine } = createRequire(import.meta.url)("../codesaga.node");

const READY = { status: "ready", model: "small", for_seconds: 1, memory: "ok", error: null };
const MODEL = { template: "chatml", fim: false, context_length: 4096, default: true };

/** Starts a server; `answer(response, prompt)` writes to the stream of a completion. */
export async function serve(answer = (response) => finish(response), options = {}) {
  const prompts = [];
  const reports = [];
  const closed = [];
  const server = createServer(async (request, response) => {
    if (request.url === "/v1/models") {
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ object: "list", data: [{ id: "small", codesaga: MODEL }] }));
      return;
    }
    if (request.url === "/v1/feedback") {
      reports.push(await read(request));
      response.statusCode = 204;
      response.end();
      server.emit("told");
      return;
    }
    if (options.isProxy && request.url === "/readyz") {
      response.end(JSON.stringify(READY));
      return;
    }
    if (request.url !== "/v1/completions") {
      response.statusCode = 404;
      response.end();
      return;
    }
    const { prompt } = await read(request);
    prompts.push(prompt);
    closed.push(once(response, "close"));
    response.setHeader("content-type", "text/event-stream");
    response.flushHeaders();
    server.emit("asked");
    answer(response, prompt);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    /** What was asked so far. */
    prompts,
    /** What was told of suggestions so far. */
    reports,
    /** Resolves when something is told of suggestions. */
    told: () => once(server, "told"),
    /** Resolves when the next completion is asked. */
    asked: () => once(server, "asked"),
    /** Resolves when the connection of the nth completion is closed. */
    closed: (index) => closed[index],
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The body of a request. */
async function read(request) {
  let body = "";
  for await (const chunk of request.setEncoding("utf8")) body += chunk;
  return JSON.parse(body);
}

/** Writes one piece of an answer. */
export function say(response, text, finish_reason = null) {
  response.write(`data: ${JSON.stringify({ choices: [{ index: 0, text, finish_reason }] })}\n\n`);
}

/** Ends an answer as it should end. */
export function finish(response) {
  say(response, "", "stop");
  response.end("data: [DONE]\n\n");
}

/** Runs `work` with a server and an engine, which asks in the background only when that is wanted, and ends both. */
export async function withEngine(answer, work, { isProxy = false, background = false } = {}) {
  const server = await serve(answer, { isProxy });
  const engine = new Engine({ serverUrl: server.url, background });
  try {
    await work(engine, server);
  } finally {
    engine.close();
    server.stop();
  }
}

/** All events of a reply. */
export async function events(reply) {
  const all = [];
  for (let event = await reply.next(); event !== null; event = await reply.next()) all.push(event);
  return all;
}

/** The `code` of what `call` throws. */
export function codeOf(call) {
  try {
    call();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return error.code;
  }
  return "nothing was thrown";
}
