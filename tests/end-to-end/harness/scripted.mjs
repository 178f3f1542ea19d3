// The scripted Ollama (tests/scripted-ollama) as a Node test sees it: rules in, what was asked out.
import { program } from "../../../scripts/lib/rust.mjs";

/** The model that the scripted server says it has by default is the reference model's shape. */
export async function startScripted({ processes, name, shape = "bllossom-shape" }) {
  let listening;
  const heard = new Promise((resolve) => {
    listening = resolve;
  });
  const started = processes.start(`${name}-model`, program("scripted-ollama"), ["--model-shape", shape], {
    onLine: (line) => listening(/listening on (\S+)/.exec(line)?.[1]),
  });
  const ended = started.ended.then((failure) => {
    throw failure ?? new Error("the scripted model ended");
  });
  const url = await Promise.race([heard, ended]);
  // From here on a test sees by its own means when the server is gone.
  ended.catch(() => {});

  const call = async (path, options) => {
    const response = await fetch(`${url}/_script${path}`, options);
    const body = await response.json();
    if (!response.ok) throw new Error(`the scripted model refused ${path}: ${JSON.stringify(body)}`);
    return body;
  };
  const requests = async (query = "") => (await call(`/requests${query}`)).requests;

  /** Waits until `enough(asked)` is true of the calls that asked for an answer, and gives them. */
  async function askedUntil(enough, what) {
    const deadline = Date.now() + 20_000;
    let all = await requests();
    while (!enough(all.filter(isQuestion))) {
      if (Date.now() > deadline) throw new Error(`not in time: ${what}; asked: ${JSON.stringify(all, null, 1)}`);
      // The server answers as soon as one more request has ended, or after the time given.
      const done = all.filter((request) => request.ending).length;
      all = await requests(`?wait_ended=${done + 1}&timeout_ms=200`);
    }
    return all.filter(isQuestion);
  }

  return {
    url,
    /** Replaces the rules and forgets what was recorded. */
    async script(rules) {
      await call("", { method: "DELETE" });
      await call("", { method: "PUT", body: JSON.stringify(rules) });
    },
    release: () => call("/release", { method: "POST" }),
    /** Everything that was asked, calls that ask for no answer too. */
    all: () => requests(),
    /** The calls that asked for an answer and hold `text`: loading a model is none. */
    async asked(text = "") {
      return (await requests()).filter((request) => isQuestion(request) && askedText(request).includes(text));
    },
    askedUntil,
    /** Waits for a question that holds `text`, and gives it. */
    async question(text) {
      const holds = (request) => askedText(request).includes(text);
      return (await askedUntil((all) => all.some(holds), `a question with “${text}”`)).find(holds);
    },
    /** Waits for an answer that is held after so many pieces; gives its request, to see how it ends. */
    async held(pieces = 1) {
      const isHeld = (request) => request.pieces === pieces && !request.ending;
      return (await askedUntil((all) => all.some(isHeld), "a held answer")).find(isHeld);
    },
    /** Waits for the end of a request, and says how it ended. */
    async endingOf({ index }) {
      const find = (all) => all.find((request) => request.index === index);
      return find(await askedUntil((all) => find(all)?.ending, "the end of the request")).ending;
    },
  };
}

/** What the call asked, whichever form it has: the raw prompt, or the texts of all turns. */
export function askedText({ body }) {
  return body.prompt ?? body.messages.map((message) => `${message.role}: ${message.content}`).join("\n");
}

function isQuestion({ path, body }) {
  if (path === "/api/chat") return (body.messages ?? []).length > 0;
  return path === "/api/generate" && Boolean(body.prompt);
}
