// Builds what a release has for one system, on a machine of that kind, and puts it into .cache/release/parts/TARGET.
// It uses nothing of the other scripts that needs more than Node, so that it runs on Windows too.
//
//   node scripts/release/build.mjs --target linux-x64 [--no-build]
//
// `--no-build` takes the proxy and the addon that stand in target/release and native/ already.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { debugBinaries, root } from "../lib/places.mjs";
import { parts } from "./places.mjs";
import { addonName, hostTarget, proxyProgram, targetNamed } from "./targets.mjs";
import { sourceDate } from "./when.mjs";

const { values: options } = parseArgs({
  options: { target: { type: "string", default: hostTarget() }, "no-build": { type: "boolean" } },
});
const { target, proxy, features } = targetNamed(options.target);
const folder = path.join(parts, target);
const env = {
  ...process.env,
  CARGO_ENCODED_RUSTFLAGS: rustFlags(),
  SOURCE_DATE_EPOCH: String(sourceDate()),
  // Part of the program, rather than asked of the system it is installed on.
  LIBZ_SYS_STATIC: "1",
  // The oldest that the editor runs on; C compilers would take their own machine's.
  MACOSX_DEPLOYMENT_TARGET: "11.0",
};

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
if (!options["no-build"]) {
  if (proxy) {
    const named = features.length > 0 ? ["--features", features.join(",")] : [];
    run("cargo", ["build", "--release", "--locked", "-p", "codesaga-proxy", ...named]);
  }
  npm(["run", "build:release", "-w", "native"]);
}
seeThatTheyRun();
const vsix = path.join(folder, `codesaga-${target}.vsix`);
npm(["run", "package", "-w", "extension", "--", "--target", target, "--out", vsix]);
if (proxy) {
  const program = proxyProgram(target);
  copyFileSync(path.join(debugBinaries, "..", "release", program), path.join(folder, program));
}

/** Once, on the system they are for: a library that is missing there, or a symbol, is not seen by a compiler. */
function seeThatTheyRun() {
  if (target !== hostTarget()) return;
  const addon = JSON.stringify(path.join(root, "native", addonName));
  run(process.execPath, ["--eval", `if (typeof require(${addon}).Engine !== "function") process.exit(1)`]);
  if (proxy) run(path.join(debugBinaries, "..", "release", proxyProgram(target)), ["--version"]);
}

/**
 * Panics name the files they come from; without the folders of this machine two checkouts give the same program.
 * An addon is a library, which on Alpine must share its libc with Node.
 */
function rustFlags() {
  const cargo = process.env.CARGO_HOME ?? path.join(homedir(), ".cargo");
  const flags = [`--remap-path-prefix=${cargo}=/cargo`, `--remap-path-prefix=${root}=/codesaga`];
  if (target.startsWith("alpine")) flags.push("-Ctarget-feature=-crt-static");
  // Windows has Microsoft's runtime only where something brought it.
  if (target.startsWith("win32")) flags.push("-Ctarget-feature=+crt-static");
  // A folder may have a space in its name, so they are told apart by another sign.
  return [...(process.env.RUSTFLAGS ?? "").split(" ").filter(Boolean), ...flags].join("\x1f");
}

/** npm is a shell script on Windows, which only a shell can start. */
function npm(args) {
  run("npm", args, { shell: process.platform === "win32" });
}

function run(program, args, more = {}) {
  const { status, error } = spawnSync(program, args, { cwd: root, env, stdio: "inherit", ...more });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}
