// Chooses the model server: the one that is named, else Ollama on this machine, else the small local model.
// Nothing large is downloaded without asking.
import { createInterface } from "node:readline/promises";
import { Expected } from "./expected.mjs";
import { installModel, smallModel, startModel } from "./model.mjs";
import { ask } from "./ports.mjs";

const ollama = "http://127.0.0.1:11434";
const reference = { name: "hf.co/MLP-KTLim/llama-3-Korean-Bllossom-8B-gguf-Q4_K_M", size: "4.9 GB" };
const isReference = (name) => /llama-3-korean-bllossom-8b/i.test(name);

/**
 * Gives `{ kind: 'named' | 'ollama' | 'small', url?, model? }`. Asks its questions here, before anything long begins.
 * `named` is a list as the proxy takes it: addresses separated by commas.
 */
export async function chooseUpstream({ named, model }, kit) {
  if (named) {
    await reachable(named, kit);
    return { kind: "named", url: named, model };
  }
  const installed = await ollamaModels();
  if (installed) {
    const chosen = await ollamaModel(installed, model, kit);
    if (chosen) return { kind: "ollama", url: ollama, model: chosen };
  }
  if (model && model !== smallModel) {
    throw new Expected(kit.say("There is no Ollama at {0} to run {1}; start it, or use --upstream", ollama, model));
  }
  return { kind: "small", model: smallModel };
}

/** Makes the choice usable: installs and starts the small model when that is what was chosen. */
export async function openUpstream(choice, kit) {
  if (choice.kind !== "small") return choice;
  await installModel(kit);
  const program = await kit.progress.step(kit.say("Start the small model"), () => startModel(kit));
  return { ...choice, url: program.url, program };
}

async function reachable(named, { say, progress }) {
  const urls = named.split(",").map((url) => url.trim());
  const found = await progress.step(say("Look for the model server"), () =>
    Promise.all(urls.map((url) => ask(url, { timeoutMs: 5_000 }))),
  );
  if (!found.some(Boolean)) throw new Expected(say("No model server answers at {0}", named));
}

async function ollamaModels() {
  const response = await ask(`${ollama}/api/tags`);
  if (!response?.ok) return undefined;
  const { models = [] } = await response.json();
  return models.map((model) => model.name);
}

async function ollamaModel(installed, wanted, kit) {
  const { say, progress } = kit;
  const found = installed.find((name) => (wanted ? name === wanted || name === `${wanted}:latest` : isReference(name)));
  if (found) return found;

  const missing = wanted ? { name: wanted } : reference;
  if (await agreesToPull(missing, kit)) {
    await progress.step(say("Pull {0}", missing.name), (detail) => pull(missing.name, detail));
    return missing.name;
  }
  if (wanted) throw new Expected(say("Ollama has no model {0}; it has: {1}", wanted, installed.join(", ") || "-"));
  const other = await firstThatWrites(installed);
  if (other) progress.line(say("Using {0}, which Ollama has.", other));
  else progress.line(say("Ollama has no model that writes text; using the small local model."));
  return other;
}

async function agreesToPull({ name, size }, { say, progress, interrupted }) {
  const question = size
    ? say("Ollama does not have the model {0} (about {1}).", name, size)
    : say("Ollama does not have the model {0} (its size is not known).", name);
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    progress.line(`${question} ${say("Get it with: ollama pull {0}", name)}`);
    return false;
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  // readline takes Ctrl+C for itself; the script's own way to end must still see it.
  terminal.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
  try {
    const answer = await Promise.race([
      terminal.question(`${question} ${say("Download it now?")} [y/N] `),
      interrupted,
    ]);
    return /^(y|yes|예|네|ㅛ)$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}

async function pull(name, detail) {
  const response = await fetch(`${ollama}/api/pull`, { method: "POST", body: JSON.stringify({ model: name }) });
  let rest = "";
  let last = {};
  for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop();
    for (const line of lines.filter(Boolean)) {
      last = JSON.parse(line);
      if (last.error) throw new Expected(`Ollama: ${last.error}`);
      detail(last.total ? `${gigabytes(last.completed ?? 0)} / ${gigabytes(last.total)}` : last.status);
    }
  }
  if (last.status !== "success") throw new Expected(`Ollama: the download of ${name} ended early`);
}

/** An embedding model is a model too, but it cannot answer. */
async function firstThatWrites(names) {
  for (const name of names) {
    const response = await ask(`${ollama}/api/show`, {
      method: "POST",
      body: JSON.stringify({ model: name }),
      timeoutMs: 5_000,
    });
    const shown = response?.ok ? await response.json() : {};
    // Old versions list no capabilities.
    if (response?.ok && (shown.capabilities?.includes("completion") ?? true)) return name;
  }
  return undefined;
}

function gigabytes(bytes) {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
