// Builds the Rust programs that the scripts start, in the profile that compiles quickly. Shipping is package.mjs.
import { existsSync } from "node:fs";
import path from "node:path";
import { debugBinaries } from "./places.mjs";

/** Builds `packages` and gives the folder with their programs. `flags` are cargo's own. */
export async function buildPrograms(packages, { processes, say, progress }, flags = []) {
  await progress.step(say("Build {0}", packages.join(", ")), (detail) =>
    processes.run(
      "cargo-build",
      "cargo",
      ["build", "--locked", ...flags, ...packages.flatMap((name) => ["-p", name])],
      {
        onLine: compiling(detail),
      },
    ),
  );
  return debugBinaries;
}

/** Shows which crate cargo is at. */
export function compiling(detail) {
  let count = 0;
  return (line) => {
    const crate = /^\s*(?:Compiling|Checking) (\S+)/.exec(line)?.[1];
    if (crate) detail(`${++count} · ${crate}`);
  };
}

/** A program that cargo built. */
export function program(name) {
  const file = path.join(debugBinaries, name);
  if (!existsSync(file)) throw new Error(`${file} is missing: it is built by \`cargo build\``);
  return file;
}
