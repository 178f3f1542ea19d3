// The model server of the relay's benchmarks, on a thread of its own: answers both dialects from bytes made beforehand,
// so that it is never the slow part. HTTP/1.1 is read as simply as possible; every answer is chunked, a chunk a token,
// as llama.cpp, vLLM and Ollama send theirs.
//
// A prompt says how it wants to be answered, by `bench` and a word: `short` (one token), `burst` (all tokens in one write), `paced:MS` (a token
// every so often), `hold` (one token, the last when it is told to `release`), `prefill` (nothing at all). When it `tells`,
// it tells of each request that came and of each that was left by its client.

import { createServer } from "node:net";
import { parentPort, workerData } from "node:worker_threads";
import { chunked, facts, ollamaLast, ollamaLine, openAiChunk, openAiLast, TOKENS } from "./model-words.mjs";

const { kind, tells = false } = workerData;
const dialect = kind === "ollama" ? { type: "application/x-ndjson", token: ollamaLine, last: ollamaLast } : undefined;
const { type, token, last } = dialect ?? { type: "text/event-stream", token: openAiChunk, last: openAiLast };

const HEAD = `HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\nTransfer-Encoding: chunked\r\n\r\n`;
const END = "0\r\n\r\n";
const tokens = Array.from({ length: TOKENS }, (_, index) => chunked(token(index)));
const [BURST, SHORT, FIRST, REST] = [
  [HEAD, ...tokens, chunked(last(TOKENS)), END],
  [HEAD, tokens[0], chunked(last(1)), END],
  [HEAD, tokens[0]],
  [chunked(last(1)), END],
].map((parts) => Buffer.from(parts.join("")));

const ANSWERS = /^\/(v1\/(chat\/)?completions|api\/(generate|chat))$/;
/** What Ollama cannot change of a model that is loaded. */
const LOAD_OPTIONS = ["num_ctx", "num_batch", "num_thread", "num_gpu", "main_gpu", "use_mmap"];
const held = new Set();
let open = 0;
let loaded;
let reloads = 0;

const server = createServer({ noDelay: true }, (socket) => {
  let read = Buffer.alloc(0);
  let running;
  open += 1;
  socket.on("data", (bytes) => {
    read = read.length === 0 ? bytes : Buffer.concat([read, bytes]);
    for (let request = next(); request; request = next()) {
      running = answer(socket, request, () => {
        running = undefined;
      });
    }
  });
  socket.on("error", () => {});
  socket.on("close", () => {
    open -= 1;
    clearInterval(running?.timer);
    if (!running) return;
    held.delete(running);
    tell({ kind: "left", at: process.hrtime.bigint(), prompt: running.prompt });
  });

  /** The next whole request that was read; undefined while some of it is missing. */
  function next() {
    const end = read.indexOf("\r\n\r\n");
    if (end < 0) return undefined;
    const head = read.toString("latin1", 0, end);
    const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
    if (read.length < end + 4 + length) return undefined;
    const body = read.toString("utf8", end + 4, end + 4 + length);
    read = read.subarray(end + 4 + length);
    return { path: head.split(" ", 2)[1], body };
  }
});

function answer(socket, { path, body }, over) {
  const [prompt, way, pace] = [...body.matchAll(/bench (\w+)(?::(\d+))?(?: \d+)?/g)].at(-1) ?? [];
  // The proxy asks for one token to see whether there is one.
  if (ANSWERS.test(path) && body.includes('"prompt":"."')) {
    socket.write(SHORT);
    return undefined;
  }
  if (!ANSWERS.test(path) || prompt === undefined) {
    socket.write(whole(facts(kind, path)));
    return undefined;
  }
  if (kind === "ollama") load(body);
  const running = { prompt };
  tell({ kind: "asked", at: process.hrtime.bigint(), prompt });
  if (way === "burst") socket.write(BURST);
  else if (way === "hold" || way === "prefill") {
    if (way === "hold") socket.write(FIRST);
    running.release = () => {
      socket.write(way === "hold" ? REST : SHORT);
      over();
    };
    held.add(running);
    return running;
  } else if (way === "paced") {
    socket.write(FIRST);
    let index = 1;
    running.timer = setInterval(() => {
      if (index < TOKENS) return void socket.write(tokens[index++]);
      clearInterval(running.timer);
      socket.write(`${chunked(last(TOKENS))}${END}`);
      over();
    }, Number(pace));
    return running;
  } else socket.write(SHORT);
  return undefined;
}

/** Loads the model anew, as Ollama does, when a request wants it loaded in another way than it is. */
function load(body) {
  const { options = {} } = JSON.parse(body);
  const wanted = JSON.stringify(LOAD_OPTIONS.map((name) => options[name] ?? null));
  if (loaded !== undefined && wanted !== loaded) reloads += 1;
  loaded = wanted;
}

function whole(facts) {
  const status = facts === undefined ? "404 Not Found" : "200 OK";
  const body = facts ?? "{}";
  return `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

function tell(message) {
  if (tells) parentPort.postMessage(message);
}

parentPort.on("message", (message) => {
  if (message === "count") parentPort.postMessage({ kind: "count", open, reloads });
  if (message === "release") {
    for (const running of held) running.release();
    held.clear();
  }
});
server.listen(0, "127.0.0.1", 4096, () => parentPort.postMessage({ port: server.address().port }));
