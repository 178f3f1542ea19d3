// `npm run bench`: the figures that count, as tables and as JSON in .cache/bench. Not part of `npm test`: time is
// measured here and nowhere else. `npm run bench -- completion` or `-- server` measures those of one group and ends with a
// table of the goals; `--only NAME` measures one and shows it together with what was measured before.
//
// A goal that is missed is said in the table. The exit code tells only whether everything could be measured.
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { BENCHES, GROUPS } from "./bench/benches.mjs";
import { machine } from "./bench/machine.mjs";
import { openPrograms } from "./bench/programs.mjs";
import { readResult, summary } from "./bench/summary.mjs";
import { markdown, table } from "./bench/table.mjs";
import { readArguments, text, WrongArguments, wholeNumber } from "./lib/arguments.mjs";
import { runScript } from "./lib/kit.mjs";
import { installNodeModules } from "./lib/node-modules.mjs";
import { cache, root } from "./lib/places.mjs";
import { checkTools } from "./lib/tools.mjs";

const folder = path.join(cache, "bench");

await runScript(async (kit) => {
  const { progress, say } = kit;
  const given = process.argv.slice(2);
  const group = GROUPS.find((name) => name === given[0]);
  const names = namesOf(group);
  const allowed = {
    only: benchName(names, say),
    addon: file("addon", say),
    proxy: file("proxy", say),
    "without-litellm": null,
    "soak-seconds": wholeNumber("soak-seconds", 10, 86_400, say),
    "fleet-seconds": wholeNumber("fleet-seconds", 10, 86_400, say),
    help: null,
  };
  const flags = readArguments(allowed, say, group ? given.slice(1) : given);
  if (flags.help) {
    progress.line(
      `npm run bench -- [${GROUPS.join(" | ")}] [--only NAME] [--addon FILE] [--proxy FILE] [--without-litellm] [--soak-seconds N] [--fleet-seconds N]\n\nNames: ${names.join(", ")}\n--addon and --proxy measure what was built already, --addon also the VSIX that was packed already`,
    );
    return 0;
  }
  await checkTools(kit);
  // The addon and what is packed around it are built with npm.
  const measured = flags.only ? [flags.only] : names;
  const needsNpm = measured.some((name) => BENCHES[name].needs.some((need) => need === "addon" || need === "vsix"));
  if (needsNpm && !flags.addon) await installNodeModules(kit);
  await mkdir(folder, { recursive: true });
  // Programs that are measured beside ours leave files where they are started.
  process.chdir(folder);
  const programs = openPrograms(kit, flags);
  let failed = 0;
  for (const name of measured) {
    const isMeasured = await measure(name, programs, kit);
    if (!isMeasured) failed += 1;
  }
  const shown = group ?? BENCHES[flags.only]?.group;
  if (shown) await showSummary(shown, kit);
  return failed > 0 ? 1 : 0;
});

/** Measures one and keeps its rows, so that what fails later does not lose them. */
async function measure(name, programs, { progress, say }) {
  const { title, work } = BENCHES[name];
  const result = { title, ...(await machine()), rows: [], figures: [] };
  try {
    await programs.prepare(BENCHES[name].needs);
    result.load_before = (await machine()).load;
    Object.assign(result, await progress.step(say("Measure {0}", name), (detail) => work(programs, detail)));
  } catch (error) {
    progress.line([...(error.tail ?? []), `${name}: ${error.message}`].join("\n"));
    return false;
  }
  result.load_after = (await machine()).load;
  const file = path.join(folder, `${name}.json`);
  await writeFile(file, `${JSON.stringify(result, null, 2)}\n`);
  const where = `${result.machine}, load ${result.load_before} to ${result.load_after}, commit ${result.commit}`;
  progress.line(`\n${title}\n${where}\n\n${table(result.rows)}\n\n${path.relative(root, file)}\n`);
  return true;
}

async function showSummary(group, { progress }) {
  const results = await Promise.all(namesOf(group).map((name) => readResult(folder, name)));
  const shown = summary(results.filter(Boolean));
  if (shown.figures.length === 0) return;
  const file = path.join(folder, `${group}.json`);
  await writeFile(file, `${JSON.stringify(shown, null, 2)}\n`);
  const words = `${shown.measured.join("\n\n")}\n\n${markdown(shown.figures)}\n`;
  await writeFile(path.join(folder, `${group}.md`), words);
  progress.line(`\nFigures of the ${group}\n${shown.measured.join("\n")}\n\n${table(shown.figures)}\n`);
  progress.line(`${shown.held} of ${shown.figures.length} hold. ${path.relative(root, file)}`);
}

function namesOf(group) {
  const names = Object.keys(BENCHES);
  return group ? names.filter((name) => BENCHES[name].group === group) : names;
}

/** A file that is there, relative to the folder the command was given in. */
function file(flag, say) {
  return (given) => {
    const name = path.resolve(text(flag, say)(given));
    if (!existsSync(name)) throw new WrongArguments(say("--{0} {1}: use {2}", flag, given, "a file"));
    return name;
  };
}

function benchName(names, say) {
  return (text) => {
    if (!names.includes(text)) throw new WrongArguments(say("--{0} {1}: use {2}", "only", text, names.join(", ")));
    return text;
  };
}
