// `npm run bench`: the figures that count, as a table and as JSON in .cache/bench. Not part of `npm test`: time is
// measured here and nowhere else. `npm run bench -- --only NAME` measures one of them.
import { mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { keystroke } from "./bench/keystroke.mjs";
import { relay } from "./bench/relay.mjs";
import { reuse } from "./bench/reuse.mjs";
import { table } from "./bench/table.mjs";
import { readArguments, WrongArguments } from "./lib/arguments.mjs";
import { canInstall, install, installCommand } from "./lib/debian.mjs";
import { Expected } from "./lib/expected.mjs";
import { findProgram } from "./lib/find.mjs";
import { runScript } from "./lib/kit.mjs";
import { installModel, startModel } from "./lib/model.mjs";
import { installNodeModules } from "./lib/node-modules.mjs";
import { cache, debugBinaries, root } from "./lib/places.mjs";
import { compiling } from "./lib/rust.mjs";
import { checkTools } from "./lib/tools.mjs";

const benches = {
  keystroke: { title: "Keystroke to request on the wire, through the addon", measure: measureKeystroke },
  reuse: { title: "Prompt tokens evaluated again for each typed key, on the small model", measure: measureReuse },
  relay: { title: "What a relay adds, beside nginx in the same run", measure: measureRelay },
};

await runScript(async (kit) => {
  const { progress, say } = kit;
  const flags = readArguments({ only: benchName(say), help: null }, say);
  if (flags.help) {
    progress.line(`npm run bench -- [--only NAME]\n\nNames: ${Object.keys(benches).join(", ")}`);
    return 0;
  }
  await checkTools(kit);
  await installNodeModules(kit);
  const folder = path.join(cache, "bench");
  await mkdir(folder, { recursive: true });
  const machine = `${os.cpus().length} × ${os.cpus()[0]?.model ?? "unknown"}, ${os.platform()} ${os.arch()}, Node ${process.versions.node}`;
  for (const name of flags.only ? [flags.only] : Object.keys(benches)) {
    const { title, measure } = benches[name];
    const rows = await measure(kit);
    const file = path.join(folder, `${name}.json`);
    await writeFile(file, `${JSON.stringify({ title, machine, rows }, null, 2)}\n`);
    progress.line(`\n${title}\n${machine}\n\n${table(rows)}\n\n${path.relative(root, file)}\n`);
  }
  return 0;
});

async function measureKeystroke(kit) {
  const addon = await releaseAddon(kit);
  return kit.progress.step(kit.say("Measure {0}", "keystroke"), (detail) => keystroke(addon, detail));
}

async function measureReuse(kit) {
  const addon = await releaseAddon(kit);
  await installModel(kit);
  const model = await startModel(kit);
  try {
    return await kit.progress.step(kit.say("Measure {0}", "reuse"), (detail) => reuse(addon, model.url, detail));
  } finally {
    await model.end();
  }
}

/** The addon as it ships. */
async function releaseAddon({ processes, progress, say }) {
  await progress.step(say("Build the engine"), (detail) =>
    processes.run("bench-native", "npm", ["run", "build:release", "-w", "native"], { onLine: compiling(detail) }),
  );
  return createRequire(import.meta.url)(path.join(root, "native", "codesaga.node"));
}

async function measureRelay(kit) {
  const { processes, progress, say } = kit;
  const missing = ["nginx", "wrk"].filter((name) => !findProgram(name, ["/usr/sbin"]));
  if (missing.length > 0) {
    if (!canInstall())
      throw new Expected(`${missing.join(" and ")} missing: ${installCommand(missing)} and run this again`);
    await progress.step(say("Install {0}", missing.join(", ")), (detail) => install(missing, kit, detail));
  }
  await progress.step(say("Build {0}", "codesaga-proxy"), (detail) =>
    processes.run("bench-proxy", "cargo", ["build", "--release", "--locked", "-p", "codesaga-proxy"], {
      onLine: compiling(detail),
    }),
  );
  const proxyProgram = path.join(debugBinaries, "..", "release", "codesaga-proxy");
  return progress.step(say("Measure {0}", "relay"), (detail) => relay({ processes, proxyProgram, detail }));
}

function benchName(say) {
  return (text) => {
    if (!benches[text])
      throw new WrongArguments(say("--{0} {1}: use {2}", "only", text, Object.keys(benches).join(", ")));
    return text;
  };
}
