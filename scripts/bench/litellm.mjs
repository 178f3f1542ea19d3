// A peer that can be run here: LiteLLM's proxy from PyPI (MIT), as its own documentation starts it. Installed into the
// ignored folder when a benchmark first needs it, and never part of the product.

import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { cache, run } from "../lib/places.mjs";
import { answers, freePort } from "../lib/ports.mjs";
import { MODEL } from "./model-words.mjs";

const VERSION = "1.106.12";
const home = path.join(cache, "peers", `litellm-${VERSION}`);
const program = (name) => path.join(home, "venv", "bin", name);

/** How it is named in the tables. */
export const LITELLM = `LiteLLM ${VERSION}`;

/** Installs it once. */
export async function installLiteLlm({ processes, progress, say }) {
  if (existsSync(path.join(home, "installed"))) return;
  await rm(home, { recursive: true, force: true });
  await mkdir(home, { recursive: true });
  await progress.step(say("Install {0}", LITELLM), async (detail) => {
    await processes.run("peer-litellm-venv", "python3", ["-m", "venv", path.join(home, "venv")]);
    await processes.run(
      "peer-litellm",
      program("python"),
      ["-m", "pip", "--disable-pip-version-check", "install", "--only-binary", ":all:", `litellm[proxy]==${VERSION}`],
      { onLine: (line) => /Downloading|Installing/.test(line) && detail(line.trim().slice(0, 60)) },
    );
  });
  await writeFile(path.join(home, "installed"), "");
}

/** Starts it before an OpenAI-compatible server, with as many workers as there are processors on the small machines it
 * is compared on. */
export async function startLiteLlm({ processes }, upstreamUrl) {
  const port = await freePort();
  const file = path.join(run, "bench-litellm.yaml");
  await mkdir(run, { recursive: true });
  await writeFile(
    file,
    `model_list:
  - model_name: ${MODEL}
    litellm_params: { model: text-completion-openai/${MODEL}, api_base: "${upstreamUrl}/v1", api_key: none }
`,
  );
  const started = processes.start(
    "bench-litellm",
    program("litellm"),
    ["--config", file, "--host", "127.0.0.1", "--port", String(port), "--num_workers", "2", "--telemetry", "False"],
    {
      env: {
        LITELLM_LOG: "ERROR",
        LITELLM_LOCAL_MODEL_COST_MAP: "True",
        // It serves this run alone, on loopback.
        LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY: "true",
      },
    },
  );
  const url = `http://127.0.0.1:${port}`;
  await answers(`${url}/health/liveliness`, started, { deadlineMs: 300_000 });
  return { url, pid: started.pid, end: started.end };
}
