// What the model server of the relay's benchmarks says, in the words of both dialects.

/** Tokens of a long answer. */
export const TOKENS = 64;
/** The only model there is. */
export const MODEL = "bench";

export const openAiChunk = (index) => event([{ index: 0, text: ` word${index}`, finish_reason: null }]);

export const openAiLast = (count) =>
  `${event([{ index: 0, text: "", finish_reason: "stop" }])}${event([], {
    prompt_tokens: 4,
    completion_tokens: count,
    total_tokens: 4 + count,
  })}data: [DONE]\n\n`;

export const ollamaLine = (index) => line({ response: ` word${index}`, done: false });

export const ollamaLast = (count) =>
  line({
    response: "",
    done: true,
    done_reason: "stop",
    total_duration: 1,
    load_duration: 1,
    prompt_eval_count: 4,
    prompt_eval_duration: 1,
    eval_count: count,
    eval_duration: 1,
  });

/** What it says of itself at a path; undefined where there is nothing. */
export function facts(kind, path) {
  if (kind === "openai") return OPENAI_FACTS[path];
  return OLLAMA_FACTS[path];
}

/** One chunk of HTTP/1.1's chunked encoding. */
export const chunked = (text) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;

const event = (choices, usage) =>
  `data: ${JSON.stringify({ id: "cmpl-bench", object: "text_completion", created: 1, model: MODEL, choices, usage })}\n\n`;

const line = (rest) => `${JSON.stringify({ model: MODEL, created_at: "2026-01-01T00:00:00.123456789Z", ...rest })}\n`;

const OPENAI_FACTS = {
  "/v1/models": JSON.stringify({ object: "list", data: [{ id: MODEL, object: "model" }] }),
};

const OLLAMA_FACTS = {
  "/api/version": JSON.stringify({ version: "0.33.0" }),
  "/api/tags": JSON.stringify({ models: [{ name: MODEL, model: MODEL }] }),
  "/api/show": JSON.stringify({
    template: "{{ .Prompt }}",
    capabilities: ["completion"],
    model_info: { "general.architecture": "llama", "llama.context_length": 8192 },
    details: {},
  }),
  "/api/ps": JSON.stringify({ models: [{ name: MODEL, model: MODEL }] }),
  "/api/generate": ollamaLast(0).trim(),
};
