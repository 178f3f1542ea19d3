// `npm run kill-matrix`: every part of a fleet is killed at every step of a job, on a real Kafka broker and a real
// Redis, and started again. What came of it is written into docs/saga.md. `--only PART` kills that part alone, and
// writes its row. `--short` is what `npm test` runs: the two that a job needs most, in the middle of it; it writes nothing.
// `--built` takes the programs that are there.
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { kill, parts, steps } from "./kill-matrix/cell.mjs";
import { startFleet } from "./kill-matrix/fleet.mjs";
import { oneOf, readArguments } from "./lib/arguments.mjs";
import { installKafka } from "./lib/kafka.mjs";
import { runScript } from "./lib/kit.mjs";
import { root } from "./lib/places.mjs";
import { installRedis } from "./lib/redis.mjs";
import { buildPrograms } from "./lib/rust.mjs";

const withKafka = ["--features", "codesaga-proxy/kafka"];
const page = path.join(root, "docs", "saga.md");
const begin = "<!-- kill-matrix -->";
const end = "<!-- /kill-matrix -->";

await runScript(async (kit) => {
  const { progress, say } = kit;
  const flags = readArguments({ only: oneOf("only", parts, say), short: null, built: null, help: null }, say);
  if (flags.help) {
    progress.line(`npm run kill-matrix -- [--only ${parts.join("|")}] [--short] [--built]`);
    return 0;
  }
  await installRedis(kit);
  await installKafka(kit);
  if (!flags.built) await buildPrograms(["codesaga-proxy", "scripted-ollama"], kit, withKafka);
  const fleet = await progress.step(say("Start the fleet"), () => startFleet(kit));
  const cells = flags.short
    ? [
        ["worker", "generating"],
        ["broker", "generating"],
      ]
    : parts.filter((part) => !flags.only || part === flags.only).flatMap((part) => steps.map((step) => [part, step]));
  const results = [];
  for (const [part, step] of cells) {
    const result = await progress.step(`${part}, ${step}`, () => kill(fleet, part, step));
    progress.line(`  ${told(result)}`);
    results.push(result);
  }
  const dead = await fleet.deadLetters();
  const wrong = results.filter((result) => result.wrong.length > 0);
  progress.line(
    `${results.length - wrong.length} of ${results.length} ended as if nothing had been, ${dead} dead letters`,
  );
  if (!flags.short) await writeTable(results);
  return wrong.length > 0 || dead > 0 ? 1 : 0;
});

/** Seconds until its end, and how often a model was asked; where it stood when that was another step than meant. */
function told({ step, seen, wrong, seconds, asked }) {
  const where = seen === step ? "" : `, at ${seen}`;
  const found = wrong.length > 0 ? `✗ ${wrong.join("; ")}` : "✓";
  return `${found} ${seconds.toFixed(1)} s, asked ${asked}×${where}`;
}

/** Writes the rows of what was killed now, and leaves the others as they are. */
async function writeTable(results) {
  const text = await readFile(page, "utf8");
  const [before, after] = [text.indexOf(begin), text.indexOf(end)];
  if (before < 0 || after < before) throw new Error(`${page} has no place for the table: ${begin} … ${end}`);
  const line = (cells) => `| ${cells.join(" | ")} |`;
  const written = text.slice(before, after).split("\n");
  const row = (part) => {
    const own = results.filter((result) => result.part === part);
    return own.length > 0 ? line([part, ...own.map(told)]) : written.find((known) => known.startsWith(`| ${part} |`));
  };
  const table = [
    line(["killed", ...steps.map((step) => `at \`${step}\``)]),
    line(["", ...steps].map(() => "---")),
    ...parts.map(row).filter(Boolean),
  ].join("\n");
  await writeFile(page, `${text.slice(0, before)}${begin}\n\n${table}\n\n${text.slice(after)}`);
}
