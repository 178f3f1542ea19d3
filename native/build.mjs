// Builds codesaga.node and index.d.ts with the napi CLI, and adds two things: CARGO_TARGET_DIR is
// respected, and with `--check` it is a failure when the declarations were not what the sources give.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const declarations = join(here, "index.d.ts");

/** Runs `napi build` in this folder. */
function build(flags) {
  // The package exports its library but not its command; they stand side by side.
  const library = createRequire(import.meta.url).resolve("@napi-rs/cli");
  const cli = join(dirname(library), "cli.js");
  const targetDir = process.env.CARGO_TARGET_DIR;
  const target = targetDir ? ["--target-dir", targetDir] : [];
  // Without the cache every build writes the declarations from the sources it compiles.
  const args = [cli, "build", "--output-dir", here, "--no-const-enum", "--no-dts-cache", ...target, ...flags];
  const { status } = spawnSync(process.execPath, args, { cwd: here, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

const before = readFileSync(declarations, "utf8");
build(process.argv.includes("--release") ? ["--release"] : []);
if (process.argv.includes("--check") && readFileSync(declarations, "utf8") !== before) {
  console.error("native/index.d.ts was not what the sources give. It is written anew: look at it and commit it.");
  process.exit(1);
}
