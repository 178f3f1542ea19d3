// Tools that come as crates. There is no package of them that is new enough, so each is compiled once, without
// optimisation, into the ignored folder.
import { existsSync } from "node:fs";
import path from "node:path";
import { cache } from "./places.mjs";
import { compiling } from "./rust.mjs";

// Half of the compile time would go into speed and symbols that a check of two seconds has no use for.
const quickBuild = { CARGO_PROFILE_DEV_DEBUG: "0", CARGO_PROFILE_DEV_OPT_LEVEL: "0", CARGO_INCREMENTAL: "0" };

/** Installs `name` in exactly `version`, once, and gives its program. */
export async function installCargoTool(name, version, { processes, say, progress }) {
  const home = path.join(cache, name, version);
  const program = path.join(home, "bin", name);
  if (existsSync(program)) return program;
  await progress.step(say("Build {0}", `${name} ${version}`), (detail) =>
    processes.run(
      `${name}-install`,
      "cargo",
      ["install", name, "--version", version, "--locked", "--debug", "--root", home],
      { env: { ...quickBuild, CARGO_TARGET_DIR: path.join(home, "target") }, onLine: compiling(detail) },
    ),
  );
  return program;
}
