// Builds codesaga.node and index.d.ts with the napi CLI. It adds two things: CARGO_TARGET_DIR is
// respected, and `--check` builds the declarations aside and compares them with the committed ones.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
// The package exports its library but not its command; they stand side by side.
const library = createRequire(import.meta.url).resolve("@napi-rs/cli");
const cli = join(dirname(library), "cli.js");

/** Runs `napi build` into `folder`. */
function build(folder, flags) {
  const targetDir = process.env.CARGO_TARGET_DIR;
  execFileSync(
    process.execPath,
    [
      cli,
      "build",
      "--output-dir",
      folder,
      "--no-const-enum",
      "--no-dts-cache",
      ...(targetDir ? ["--target-dir", targetDir] : []),
      ...flags,
    ],
    { cwd: here, stdio: "inherit" },
  );
}

if (process.argv.includes("--check")) {
  const folder = mkdtempSync(join(tmpdir(), "codesaga-dts-"));
  try {
    build(folder, []);
    const committed = readFileSync(join(here, "index.d.ts"), "utf8");
    if (readFileSync(join(folder, "index.d.ts"), "utf8") !== committed) {
      console.error("native/index.d.ts is not what the sources give. Run: npm run build -w native, and commit it.");
      process.exitCode = 1;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
} else {
  build(here, process.argv.includes("--release") ? ["--release"] : []);
}
