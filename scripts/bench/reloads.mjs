// Model reloads: how often Ollama would load its model anew while completions, chats and conversations that ask for
// different options take turns. The stand-in counts as Ollama decides it: one request that wants another context length,
// batch, thread or GPU setting than the loaded model has costs a reload.

import { atMost } from "./figures.mjs";
import { MODEL } from "./model-words.mjs";
import { startProxy } from "./proxy.mjs";
import { startWorker } from "./worker.mjs";

const REQUESTS = 300;
const AT_A_TIME = 4;

/** Every call in the ways in which clients differ, Ollama's own options among them. */
const ASKED = [
  ["/v1/completions", { prompt: "bench short", temperature: 0, max_tokens: 16 }],
  ["/v1/chat/completions", { messages: said(), temperature: 0.8, max_tokens: 512, options: { num_ctx: 2048 } }],
  ["/v1/completions", { prompt: "bench short", stop: ["\n\n"], num_ctx: 32768, num_thread: 1, seed: 7 }],
  ["/v1/chat", { text: "bench short", num_ctx: 512 }],
  ["/v1/chat/completions", { messages: said(), top_p: 0.5, num_batch: 64, num_gpu: 0, stream: true }],
];

export async function reloads({ processes, proxyProgram, detail }) {
  const server = await startWorker("model-stand-in.mjs", { kind: "ollama" });
  const proxy = await startProxy({ processes, proxyProgram }, server.url, { CODESAGA_MODEL: MODEL });
  let failed = 0;
  try {
    for (let sent = 0; sent < REQUESTS; sent += AT_A_TIME) {
      detail(`${sent} of ${REQUESTS} requests`);
      const asked = Array.from({ length: AT_A_TIME }, (_, index) =>
        ask(proxy.url, ASKED[(sent + index) % ASKED.length]),
      );
      failed += (await Promise.all(asked)).filter((isOk) => !isOk).length;
    }
    server.say("count");
    const { reloads: counted } = await server.next();
    const row = { requests: REQUESTS, kinds: ASKED.length, failed, reloads: counted };
    const beside = `${REQUESTS} requests of ${ASKED.length} kinds, ${failed} failed`;
    // A run in which requests fail counts too little.
    return { rows: [row], figures: [atMost("model reloads", failed > 0 ? Number.NaN : counted, 0, "", beside)] };
  } finally {
    await proxy.end();
    await server.end();
  }
}

async function ask(url, [path, body]) {
  const headers = { "content-type": "application/json" };
  const response = await fetch(`${url}${path}`, {
    method: "POST",
    headers,
    body: JSON.stringify({ model: MODEL, ...body }),
  });
  const text = await response.text();
  return response.ok && !text.includes("event: error");
}

function said() {
  return [{ role: "user", content: "bench short" }];
}
