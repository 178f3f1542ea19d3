// Prompt tokens that the model evaluates again for each typed key, as llama.cpp itself reports them: our prompts, and
// the layouts of other assistants rebuilt from their descriptions, for the same keys on the same small model.
//
// The keys retype a piece of this project's own source in the middle of its file, with two more files open. Our prompts
// are those that the engine really sends; a stand-in server notes them, and the model is asked for one token of each.
// The engine's second try, which continues the same prompt by a word, is left out.
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";
import { root } from "../lib/places.mjs";
import { percentile } from "./statistics.mjs";

const TYPED_IN = "server-proxy/src/domain/conversation.rs";
const ALSO_OPEN = ["server-proxy/src/domain/guards.rs", "server-proxy/src/domain/ports.rs"];
const OUR_KEYS = 400;
const PEER_KEYS = 20;
/** What the small model's server gives each of its two slots. */
const CONTEXT_TOKENS = 4096;
const CHARACTERS_PER_TOKEN = 4;

/** Layouts of others: what is sent for the text before and after the cursor. */
const PEERS = [
  {
    layout: "FIM tokens, 307 tokens before and 205 after",
    write: (before, after) => fim(lastTokens(before, 307), firstTokens(after, 205)),
  },
  {
    layout: "FIM tokens, 20 lines before and after",
    write: (before, after) => fim(lastLines(before, 20), firstLines(after, 20)),
  },
  {
    layout: "few-shot cursor in a chat, 1,024 tokens around",
    write: (before, after) =>
      `<|im_start|>system\nReplace <CURSOR> by the code that belongs there.<|im_end|>\n<|im_start|>user\n${lastTokens(before, 768)}<CURSOR>${firstTokens(after, 256)}<|im_end|>\n<|im_start|>assistant\n`,
  },
  { layout: "raw prefix, the last 2,048 tokens", write: (before) => lastTokens(before, 2048) },
];

/**
 * @param {{ Engine: new (options: object) => object }} addon
 * @param {string} modelUrl llama.cpp's server
 * @param {(text: string) => void} detail shows how far it is
 * @returns {Promise<object[]>} rows of the table
 */
export async function reuse(addon, modelUrl, detail) {
  const source = await readFile(path.join(root, TYPED_IN), "utf8");
  const start = source.indexOf("\n\n", Math.floor(source.length * 0.6)) + 2;
  const [before, after] = [source.slice(0, start), source.slice(start + OUR_KEYS)];
  const typed = [...source.slice(start, start + OUR_KEYS)];

  const rows = [await replay("CodeSaga", await ourPrompts(addon, before, typed, after), modelUrl, detail)];
  for (const { layout, write } of PEERS) {
    const prompts = typed.slice(0, PEER_KEYS).map((_, key) => write(before + typed.slice(0, key + 1).join(""), after));
    rows.push(await replay(layout, prompts, modelUrl, detail));
  }
  return rows;
}

/** The first prompt that the engine sends for each key. */
async function ourPrompts(addon, before, typed, after) {
  const server = await noteServer();
  const engine = new addon.Engine({ serverUrl: server.url });
  try {
    for (const name of ALSO_OPEN) {
      const text = await readFile(path.join(root, name), "utf8");
      engine.openDocument({ uri: `file:///${name}`, path: name, languageId: "rust", version: 1, text });
    }
    const uri = `file:///${TYPED_IN}`;
    engine.openDocument({ uri, path: TYPED_IN, languageId: "rust", version: 1, text: before + after });
    await engine.status();
    const prompts = [];
    let offset = before.length;
    for (const [key, text] of typed.entries()) {
      const changes = [{ startOffset: offset, endOffset: offset, text }];
      engine.changeDocument({ uri, version: key + 2, changes });
      offset += text.length;
      const reply = engine.complete({ uri, offset, trigger: "invoke" });
      while ((await reply.next()) !== null);
      const [first] = server.take();
      if (first) prompts.push(first);
    }
    return prompts;
  } finally {
    engine.close();
    server.end();
  }
}

/** A server that notes each prompt and answers nothing. */
async function noteServer() {
  let prompts = [];
  const details = { template: "chatml", fim: false, context_length: CONTEXT_TOKENS, default: true };
  const models = JSON.stringify({ object: "list", data: [{ id: "small", object: "model", codesaga: details }] });
  const end = JSON.stringify({ choices: [{ index: 0, text: "", finish_reason: "stop" }] });
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) body += chunk;
    if (request.method === "POST") prompts.push(JSON.parse(body).prompt);
    response.setHeader("content-type", request.method === "POST" ? "text/event-stream" : "application/json");
    response.end(request.method === "POST" ? `data: ${end}\n\ndata: [DONE]\n\n` : models);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    take() {
      const taken = prompts;
      prompts = [];
      return taken;
    },
    end() {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function replay(layout, prompts, modelUrl, detail) {
  const evaluated = [];
  const shares = [];
  let tokens = 0;
  for (const [index, prompt] of prompts.entries()) {
    detail(`${layout}, key ${index + 1} of ${prompts.length}`);
    const response = await fetch(`${modelUrl}/completion`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ prompt, n_predict: 1, cache_prompt: true, id_slot: 0, temperature: 0 }),
    });
    const { timings, error } = await response.json();
    if (!timings) throw new Error(`the model refused a prompt of ${layout}: ${JSON.stringify(error)}`);
    tokens = timings.prompt_n + timings.cache_n;
    // The first prompt of each layout finds nothing to reuse.
    if (index === 0) continue;
    evaluated.push(timings.prompt_n);
    shares.push(timings.prompt_n / tokens);
  }
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    layout,
    keys: evaluated.length,
    prompt_tokens: tokens,
    evaluated_mean: Number(mean(evaluated).toFixed(1)),
    evaluated_p50: percentile(evaluated, 0.5),
    evaluated_p95: percentile(evaluated, 0.95),
    share_percent: Number((mean(shares) * 100).toFixed(2)),
  };
}

const fim = (before, after) => `<fim_prefix>${before}<fim_suffix>${after}<fim_middle>`;
const lastTokens = (text, count) => text.slice(-count * CHARACTERS_PER_TOKEN);
const firstTokens = (text, count) => text.slice(0, count * CHARACTERS_PER_TOKEN);
const lastLines = (text, count) => text.split("\n").slice(-count).join("\n");
const firstLines = (text, count) => text.split("\n").slice(0, count).join("\n");
