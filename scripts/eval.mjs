// `npm run eval`: how good completions are. Holes cut into real source are filled by our engine and by the prompts of
// others, rebuilt from their descriptions, on one model; JSON in .cache/eval, and tables. docs/evaluation.md says how.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { table } from "./bench/table.mjs";
import { fetchPackages } from "./eval/packages.mjs";
import { listSources } from "./eval/sources.mjs";
import { address, readArguments, text, WrongArguments } from "./lib/arguments.mjs";
import { runScript } from "./lib/kit.mjs";
import { smallModel } from "./lib/model.mjs";
import { cache, root } from "./lib/places.mjs";
import { modelReady, startProxy } from "./lib/proxy.mjs";
import { buildPrograms, program } from "./lib/rust.mjs";
import { checkTools } from "./lib/tools.mjs";
import { openUpstream } from "./lib/upstream.mjs";

const strategies = ["codesaga", "raw-prefix", "fim-template", "few-shot", "hole-by-chat"];
const help = `npm run eval -- [--cases N] [--seed N] [--strategies A,B] [--server URL [--model NAME]] [--name NAME]

--cases       300; --cases 20 for a quick look
--seed        1; the same files, seed and number give the same cases
--strategies  ${strategies.join(",")}
--server      any model server that the proxy can stand in front of: Ollama, or one that speaks OpenAI's API;
              without it the small local model
--model       a model of that server
--name        of the file with the result: .cache/eval/NAME.json`;

await runScript(async (kit) => {
  const { processes, progress, say } = kit;
  const flags = readArguments(
    {
      cases: whole("cases", say),
      seed: whole("seed", say),
      strategies: strategyNames(say),
      server: address("server", say),
      model: text("model", say),
      name: fileName(say),
      help: null,
    },
    say,
  );
  if (flags.help) {
    progress.line(help);
    return 0;
  }
  await checkTools(kit);
  const { present, absent } = await fetchPackages(kit);
  for (const { name, needs } of absent) progress.line(say("{0} is left out: {1} is not on the PATH", name, needs));
  await buildPrograms(["codesaga-proxy", "evaluation"], kit);
  const choice = flags.server ? { kind: "named", url: flags.server } : { kind: "small" };
  const upstream = await openUpstream({ ...choice, model: flags.model ?? smallModelOf(choice) }, kit);
  const proxy = await startProxy({
    processes,
    upstream: upstream.url,
    model: upstream.model,
    // Every case is asked of the model.
    env: { CODESAGA_ANSWER_CACHE: "off" },
  });
  await modelReady(proxy);

  const folder = path.join(cache, "eval");
  await mkdir(folder, { recursive: true });
  const settings = {
    server: proxy.url,
    model: upstream.model,
    strategies: flags.strategies ?? strategies,
    cases: flags.cases ?? 300,
    seed: flags.seed ?? 1,
    sources: await listSources(present, kit),
    result: path.join(folder, `${flags.name ?? "latest"}.json`),
  };
  const settingsFile = path.join(folder, "settings.json");
  await writeFile(settingsFile, JSON.stringify(settings));
  await progress.step(say("Measure {0}", "eval"), (detail) =>
    processes.run("eval", program("codesaga-eval"), [settingsFile], { onLine: detail }),
  );

  const about = {
    command: `npm run eval -- --cases ${settings.cases} --seed ${settings.seed} --strategies ${settings.strategies.join(",")}`,
    model: upstream.model ?? "the server's default",
    machine: `${os.cpus().length} × ${os.cpus()[0]?.model ?? "unknown"}, ${os.platform()} ${os.arch()}`,
    commit: await processes.run("eval-commit", "git", ["rev-parse", "--short", "HEAD"]),
    packages: present.map(({ name, version, licence }) => ({ name, version, licence })),
  };
  const result = { ...about, ...JSON.parse(await readFile(settings.result, "utf8")) };
  await writeFile(settings.result, `${JSON.stringify(result, null, 2)}\n`);
  progress.line(tables(result));
  progress.line(`\n${path.relative(root, settings.result)}`);
  return 0;
});

function smallModelOf(choice) {
  return choice.kind === "small" ? smallModel : undefined;
}

function tables(result) {
  const { command, model, machine, commit, overall, kinds, languages, our_requests: requests } = result;
  const sent = `${requests.sent} requests for ${requests.questions} questions: ${requests.second_tries} second tries, ${requests.ahead} ahead of a question`;
  return [
    `\n${command}\n${model}, ${machine}, commit ${commit}`,
    table(overall.map(inOrder)),
    table(besides("kind", kinds)),
    table(besides("language", languages)),
    `codesaga: ${sent}`,
  ].join("\n\n");
}

/** The columns of the main table, the most telling first. */
function inOrder({
  strategy,
  cases,
  exact,
  exact_percent,
  edit_similarity,
  valid_percent,
  suppressed_percent,
  ...garbage
}) {
  return { strategy, cases, exact, exact_percent, edit_similarity, valid_percent, suppressed_percent, ...garbage };
}

/** One row for each kind or language: how many exact matches, and the edit similarity, of each strategy. */
function besides(by, rows) {
  const names = [...new Set(rows.map((row) => row[by]))];
  return names.map((name) => {
    const own = rows.filter((row) => row[by] === name);
    const exact = own.map(({ strategy, exact, edit_similarity }) => [
      strategy,
      `${exact} · ${edit_similarity.toFixed(2)}`,
    ]);
    return { [by]: name, cases: own[0].cases, ...Object.fromEntries(exact) };
  });
}

function whole(flag, say) {
  return (text) => {
    if (!/^[1-9]\d{0,5}$/.test(text)) throw new WrongArguments(say("--{0} {1}: use a whole number from 1", flag, text));
    return Number(text);
  };
}

function strategyNames(say) {
  return (text) => {
    const names = text.split(",").map((name) => name.trim());
    const wrong = names.find((name) => !strategies.includes(name));
    if (wrong !== undefined) {
      throw new WrongArguments(say("--{0} {1}: use {2}", "strategies", wrong, strategies.join(", ")));
    }
    return names;
  };
}

function fileName(say) {
  return (text) => {
    if (!/^[\w.-]+$/.test(text)) throw new WrongArguments(say("--{0} {1}: use {2}", "name", text, "A-Z 0-9 . _ -"));
    return text;
  };
}
