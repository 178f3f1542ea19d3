// A stand-in for Ollama on a thread of its own, for the cancel benchmark: it evaluates a prompt for ever, or writes for
// ever, by a word in the prompt, and tells when each answer begins and when its connection closes.

import { createServer } from "node:http";
import { parentPort } from "node:worker_threads";
import { PHASES } from "./phases.mjs";

const BETWEEN_MS = 15;
const MODEL = "bench";
const TEMPLATE =
  "{{ if .System }}<|start_header_id|>system<|end_header_id|>\n\n{{ .System }}<|eot_id|>{{ end }}<|start_header_id|>user<|end_header_id|>\n\n{{ .Prompt }}<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n{{ .Response }}<|eot_id|>";

const FACTS = {
  "/api/version": { version: "0.24.0" },
  "/api/tags": { models: [{ name: MODEL, model: MODEL, digest: "1" }] },
  "/api/show": {
    template: TEMPLATE,
    capabilities: ["completion"],
    model_info: { "general.architecture": "llama", "llama.context_length": 8192 },
    details: {},
  },
  "/api/ps": { models: [] },
};

const line = (response, more) =>
  `${JSON.stringify({ model: MODEL, created_at: "2026-01-01T00:00:00Z", response, ...more })}\n`;

const server = createServer((request, response) => {
  let body = "";
  request.setEncoding("utf8").on("data", (piece) => {
    body += piece;
  });
  request.on("end", () => {
    const facts = FACTS[request.url];
    if (facts) return response.end(JSON.stringify(facts));
    const { prompt = "" } = JSON.parse(body);
    const phase = PHASES.find(({ word }) => prompt.includes(word));
    if (!phase) return response.end(line("", { done: true, done_reason: "stop" }));
    return play(phase, response, prompt.includes("# blocks"));
  });
}).listen(0, "127.0.0.1", () => parentPort.postMessage({ port: server.address().port }));

let answers = 0;

function play(phase, response, isBlocker) {
  answers += 1;
  const answer = answers;
  const tell = (kind) => parentPort.postMessage({ kind, answer, isBlocker, at: process.hrtime.bigint() });
  tell("opened");
  let count = 0;
  let timer;
  if (phase.writes) {
    timer = setInterval(() => {
      count += 1;
      response.write(line(`${count === 1 ? "" : " + "}part_${count}`, { done: false }));
    }, BETWEEN_MS);
  }
  let isClosed = false;
  const closed = () => {
    if (isClosed) return;
    isClosed = true;
    clearInterval(timer);
    tell("closed");
  };
  response.socket.once("end", closed);
  response.once("close", closed);
}
