// What the clients of others talk to: the real proxy, with a key, in front of the scripted Ollama whose model fills
// holes and calls tools.
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { freePort } from "../../scripts/lib/ports.mjs";
import { openProcesses } from "../../scripts/lib/processes.mjs";
import { modelReady, startProxy } from "../../scripts/lib/proxy.mjs";
import { program } from "../../scripts/lib/rust.mjs";
import { quietKit } from "../end-to-end/harness/backend.mjs";
import { startScripted } from "../end-to-end/harness/scripted.mjs";

/** The name under which the proxy lists the scripted model. */
export const model = "fim-shape:latest";

const shown = {
  template: "<|start_header_id|>{{ .Tools }}{{ .Prompt }}{{ .Suffix }}<|end_header_id|>",
  capabilities: ["completion", "tools", "insert", "embedding"],
  model_info: { "llama.context_length": 8192 },
};

/** A tool that every test offers. */
export const weather = {
  type: "function",
  function: {
    name: "weather",
    description: "The weather now.",
    parameters: {
      type: "object",
      properties: { city: { type: "string" } },
      required: ["city"],
      additionalProperties: false,
    },
    strict: true,
  },
};

/** @param {{ users?: string[][], env?: object }} wanted `users` are the arguments that make a key for each. */
export async function openClients(name, { users = [["tester"]], env = {} } = {}) {
  const processes = openProcesses();
  const folder = await mkdtemp(path.join(tmpdir(), "codesaga-clients-"));
  const close = async () => {
    await processes.endAll();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const scripted = await startScripted({ processes, name, shape: "fim-shape" });
    // The proxy asks for a model's facts once, so the rules may change afterwards.
    await scripted.script([{ endpoint: "/api/show", status: 200, body: shown }]);
    const keys = path.join(folder, "keys.json");
    const run = promisify(execFile);
    const made = [];
    for (const user of users) {
      const added = await run(program("codesaga-proxy"), ["keys", "add", ...user, "--file", keys]);
      made.push(/cs_\S+/.exec(added.stdout)[0]);
    }
    const proxy = await startProxy({
      processes,
      upstream: scripted.url,
      name: `${name}-proxy`,
      port: await freePort(),
      // Each request is asked for itself, so that a test sees its own.
      env: { CODESAGA_REDIS_URL: undefined, CODESAGA_KEYS_FILE: keys, CODESAGA_ANSWER_CACHE: "off", ...env },
    });
    await modelReady(proxy);
    return { processes, scripted, proxy, key: made[0], keys: made, url: `${proxy.url}/v1`, close };
  } catch (error) {
    await close();
    throw error;
  }
}

export { quietKit };
