// What a server of CodeSaga says of itself, and its streamed answers: for the stand-ins of the benchmarks.

const details = { template: "llama3", fim: false, context_length: 8192, default: true };

/** The answer to `GET /v1/models`. */
export const MODELS = JSON.stringify({
  object: "list",
  data: [{ id: "bench", object: "model", owned_by: "ollama", codesaga: details }],
});

/** The answer to `GET /readyz`. */
export const READY = JSON.stringify({ status: "ready", model: "bench", for_seconds: 1, memory: "in_process" });

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
