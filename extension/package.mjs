// Packs dist/ and what .vscodeignore names into codesaga-<target>.vsix, for the system this runs on.
// Options are those of build.mjs; `--no-build` packs what stands in dist/ already.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const vsce = join(dirname(createRequire(import.meta.url).resolve("@vscode/vsce/package.json")), "vsce");
const target = hostTarget();

if (!process.argv.includes("--no-build")) {
  run("build.mjs", "--production", ...process.argv.slice(2));
}
run(
  vsce,
  "package",
  "--no-dependencies",
  "--allow-missing-repository",
  "--skip-license",
  "--target",
  target,
  "--out",
  `codesaga-${target}.vsix`,
);

function run(script, ...args) {
  const { status } = spawnSync(process.execPath, [script, ...args], { cwd: here, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

/** The editor's name for this system. */
function hostTarget() {
  const { platform, arch } = process;
  if (platform === "linux") return isMusl() ? `alpine-${arch}` : `linux-${arch === "arm" ? "armhf" : arch}`;
  return `${platform}-${arch}`;
}

function isMusl() {
  try {
    return readFileSync("/usr/bin/ldd", "utf8").includes("musl");
  } catch {
    return false;
  }
}
