// The server of the keystroke benchmark, on a thread of its own: notes when a completion request
// arrives, answers one token, and says nothing else.

import { createServer } from "node:http";
import { parentPort } from "node:worker_threads";

const MODELS = JSON.stringify({
  object: "list",
  data: [
    {
      id: "bench",
      object: "model",
      owned_by: "ollama",
      codesaga: { template: "llama3", fim: false, context_length: 8192, default: true },
    },
  ],
});
const READY = JSON.stringify({ status: "ready", model: "bench", for_seconds: 1, memory: "in_process" });
const chunk = (choices, usage) =>
  `data: ${JSON.stringify({ id: "c", object: "text_completion", created: 1, model: "bench", choices, usage })}\n\n`;
const ANSWER = `${chunk([{ index: 0, text: "~", finish_reason: null }])}${chunk([
  { index: 0, text: "", finish_reason: "stop" },
])}data: [DONE]\n\n`;

const server = createServer((request, response) => {
  if (request.method === "POST") {
    parentPort.postMessage({ at: process.hrtime.bigint() });
    request.resume().on("end", () => {
      response.writeHead(200, { "content-type": "text/event-stream" }).end(ANSWER);
    });
    return;
  }
  const body = request.url === "/v1/models" ? MODELS : READY;
  response.writeHead(200, { "content-type": "application/json" }).end(body);
});
server.listen(0, "127.0.0.1", () => parentPort.postMessage({ port: server.address().port }));
