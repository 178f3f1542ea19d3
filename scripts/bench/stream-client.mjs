// A client of streamed completions that counts how each answer ends.

import { Agent, request } from "node:http";
import { MODEL } from "./model-words.mjs";

/** A client with connections of its own, which are kept. */
export function openClient(url, { key } = {}) {
  const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });

  /**
   * Asks for a streamed completion. `heard` is called with each piece that comes; `leave()` of what is returned lets go.
   * `over` resolves to `{ status, began_ms, total_ms, dones, errors, left }`, whatever happens.
   */
  function ask(prompt, { heard, headers } = {}) {
    const body = { model: MODEL, prompt, max_tokens: 64, stream: true };
    return postStream(`${url}/v1/completions`, body, { agent, key, headers, heard });
  }

  return { ask, end: () => agent.destroy() };
}

/**
 * Posts `body` and reads the stream that answers it. `isText` says which pieces hold the first of what was asked for.
 * `over` resolves to what became of it, with the stream's `text`, whatever happens.
 */
export function postStream(url, body, { agent, key, headers, heard, isText = () => true }) {
  const since = performance.now();
  const seen = { status: 0, text: "", began_ms: undefined, left: false };
  const asked = request(url, {
    method: "POST",
    agent,
    headers: { "content-type": "application/json", ...(key && { authorization: `Bearer ${key}` }), ...headers },
  });
  const over = new Promise((resolve) => {
    asked.on("response", (response) => {
      seen.status = response.statusCode;
      response.setEncoding("utf8");
      response.on("data", (piece) => {
        if (isText(piece)) seen.began_ms ??= performance.now() - since;
        seen.text += piece;
        heard?.(piece);
      });
      response.on("close", resolve);
      response.on("error", () => {});
    });
    asked.on("error", resolve);
    asked.on("close", resolve);
  }).then(() => ({ ...seen, total_ms: performance.now() - since, ...ends(seen.text) }));
  asked.end(JSON.stringify(body));
  return {
    over,
    began: () => seen.began_ms !== undefined,
    leave: () => {
      seen.left = true;
      asked.destroy();
    },
  };
}

/** Terminal events of a stream: those that say it is complete, and those that say it failed. */
export function ends(stream) {
  const count = (event) => stream.split("\n\n").filter((line) => line.startsWith(event)).length;
  return { dones: count("data: [DONE]"), errors: count("event: error") };
}

/** Whether an answer is complete and has exactly one end. */
export const isWhole = ({ status, dones, errors }) => status === 200 && dones === 1 && errors === 0;

/** Whether an answer that was not left by its client has exactly one end. */
export const endsOnce = ({ left, status, dones, errors }) => left || status >= 400 || dones + errors === 1;
