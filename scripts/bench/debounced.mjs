// A client that asks when nothing was typed for a fixed time, as most assistants do: a new key lets go of what is asked,
// and nothing is remembered.

import { Agent, request } from "node:http";
import { createInterface } from "node:readline";

const PREFIX_CHARACTERS = 1_200;

/** Opens the client on a trace. `type(key, show)` types a key; `show` hears the suggestion for it as it grows. */
export function debounced(server, trace, debounceMs) {
  const agent = new Agent({ keepAlive: true });
  let text = trace.before;
  let timer;
  let asked;
  return {
    type(key, show) {
      text += key;
      clearTimeout(timer);
      asked?.destroy();
      const prompt = text.slice(-PREFIX_CHARACTERS);
      timer = setTimeout(() => {
        asked = ask(agent, server.url, prompt, show);
      }, debounceMs);
    },
    end() {
      clearTimeout(timer);
      asked?.destroy();
      agent.destroy();
    },
  };
}

function ask(agent, url, prompt, show) {
  const asked = request(`${url}/v1/completions`, { agent, method: "POST" }, (response) => {
    let text = "";
    // A response that is let go of ends with an error, which is no news.
    response.on("error", () => {});
    const lines = createInterface({ input: response });
    lines.on("error", () => {});
    lines.on("line", (line) => {
      const data = /^data: (\{.*)/.exec(line)?.[1];
      if (!data || asked.destroyed) return;
      text += JSON.parse(data).choices[0].text;
      show(text);
    });
  });
  asked.on("error", () => {});
  asked.end(JSON.stringify({ model: "bench", prompt, stream: true, max_tokens: 256 }));
  return asked;
}
