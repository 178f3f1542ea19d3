// What a server of CodeSaga says of itself, and its streamed answers: for the stand-ins of the benchmarks.

const details = { template: "llama3", fim: false, context_length: 8192, default: true };

/** The answer to `GET /v1/models`. */
const MODELS = JSON.stringify({
  object: "list",
  data: [{ id: "bench", object: "model", owned_by: "ollama", codesaga: details }],
});

/** The answer to `GET /readyz`. */
const READY = JSON.stringify({ status: "ready", model: "bench", for_seconds: 1, memory: "in_process" });

/** A chunk of a streamed completion. */
export const chunk = (text, finish = null) =>
  `data: ${JSON.stringify({
    id: "c",
    object: "text_completion",
    created: 1,
    model: "bench",
    choices: [{ index: 0, text, finish_reason: finish }],
  })}\n\n`;

/** The end of a streamed completion. */
export const END = `${chunk("", "stop")}data: [DONE]\n\n`;

/** The answer to the calls of Tabby's client that ask for no completion. */
const TABBY_HEALTH = JSON.stringify({
  model: "bench",
  device: "cpu",
  arch: "",
  cpu_info: "",
  cpu_count: 1,
  cuda_devices: [],
  version: { build_date: "", build_timestamp: "", git_sha: "", git_describe: "v0.21.0" },
});

/** The answer to one that does. */
export const tabbyAnswer = (text) => JSON.stringify({ id: "cmpl-1", choices: [{ index: 0, text }] });

/** What a server says of itself at that path. */
export function factsAt(path) {
  if (path === "/v1/models") return MODELS;
  return path === "/v1/health" ? TABBY_HEALTH : READY;
}
