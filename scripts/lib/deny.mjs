// cargo-deny, which checks the licences, the sources and the bans of everything the programs are built from. There is no
// package of it that is new enough, so it is compiled once, without optimisation, into the ignored folder.
import { existsSync } from "node:fs";
import path from "node:path";
import { cache } from "./places.mjs";
import { compiling } from "./rust.mjs";

const version = "0.20.2";
const home = path.join(cache, "cargo-deny", version);
const program = path.join(home, "bin", "cargo-deny");

// Half of its compile time would go into speed and symbols that a check of two seconds has no use for.
const quickBuild = { CARGO_PROFILE_DEV_DEBUG: "0", CARGO_PROFILE_DEV_OPT_LEVEL: "0", CARGO_INCREMENTAL: "0" };

/** Installs it once. */
export async function installDeny({ processes, say, progress }) {
  if (existsSync(program)) return;
  await progress.step(say("Build {0}", `cargo-deny ${version}`), (detail) =>
    processes.run(
      "deny-install",
      "cargo",
      ["install", "cargo-deny", "--version", version, "--locked", "--debug", "--root", home],
      { env: { ...quickBuild, CARGO_TARGET_DIR: path.join(home, "target") }, onLine: compiling(detail) },
    ),
  );
}

/** What deny.toml asks for. Advisories need the internet and belong to a release. */
export async function checkDependencies(kit) {
  await installDeny(kit);
  // What other systems are built from as well, which no build on this one has fetched.
  await kit.processes.run("deny-fetch", "cargo", ["fetch", "--locked"]);
  await kit.processes.run("deny", program, ["--offline", "--workspace", "check", "licenses", "bans", "sources"], {
    tailLines: 200,
  });
}
