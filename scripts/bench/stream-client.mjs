// A client of streamed completions that counts how each answer ends.

import { Agent, request } from "node:http";
import { MODEL } from "./model-words.mjs";

/** A client with connections of its own, which are kept. */
export function openClient(url, { key } = {}) {
  const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
  const headers = { "content-type": "application/json", ...(key && { authorization: `Bearer ${key}` }) };

  /**
   * Asks for a streamed completion. `heard` is called with each piece that comes; `leave()` of what is returned lets go.
   * `over` resolves to `{ status, began_ms, total_ms, dones, errors, left }`, whatever happens.
   */
  function ask(prompt, { heard, headers: more } = {}) {
    const body = JSON.stringify({ model: MODEL, prompt, max_tokens: 64, stream: true });
    const since = performance.now();
    const seen = { status: 0, text: "", began_ms: undefined, left: false };
    const asked = request(`${url}/v1/completions`, { method: "POST", agent, headers: { ...headers, ...more } });
    const over = new Promise((resolve) => {
      asked.on("response", (response) => {
        seen.status = response.statusCode;
        response.setEncoding("utf8");
        response.on("data", (piece) => {
          seen.began_ms ??= performance.now() - since;
          seen.text += piece;
          heard?.(piece);
        });
        response.on("close", resolve);
        response.on("error", () => {});
      });
      asked.on("error", resolve);
      asked.on("close", resolve);
    }).then(() => ({
      status: seen.status,
      left: seen.left,
      began_ms: seen.began_ms,
      total_ms: performance.now() - since,
      ...ends(seen.text),
    }));
    asked.end(body);
    const leave = () => {
      seen.left = true;
      asked.destroy();
    };
    return { over, leave };
  }

  return { ask, end: () => agent.destroy() };
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
