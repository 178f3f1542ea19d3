// Packs dist/ and what .vscodeignore names into codesaga-<target>.vsix, for the system this runs on. The same sources and
// the same addon give the same bytes: SOURCE_DATE_EPOCH is the time of all that is in it, that of the commit when not set.
// Options are those of build.mjs; `--no-build` packs what stands in dist/ already, `--target linux-arm64` for a
// system whose addon stands in native/, `--out FILE` elsewhere.
import { spawnSync } from "node:child_process";
import { chmod, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createVSIX, listFiles, PackageManager } from "@vscode/vsce";
import { licencesOfExtension } from "../scripts/release/licences.mjs";
import { hostTarget } from "../scripts/release/targets.mjs";
import { sourceDate } from "../scripts/release/when.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({
  options: {
    target: { type: "string", default: hostTarget() },
    out: { type: "string" },
    "no-build": { type: "boolean" },
    "without-addon": { type: "boolean" },
  },
});

if (!options["no-build"]) {
  const flags = options["without-addon"] ? ["--without-addon"] : [];
  const { status } = spawnSync(process.execPath, ["build.mjs", "--production", ...flags], {
    cwd: here,
    stdio: "inherit",
  });
  if (status !== 0) process.exit(status ?? 1);
}
const bundled = JSON.parse(await readFile(join(here, "dist", "bundled.json"), "utf8"));
await writeFile(join(here, "dist", "THIRD_PARTY_LICENSES.txt"), await licencesOfExtension(options.target, bundled));

// A zip keeps local times and the modes of files, so neither may be this machine's.
process.env.SOURCE_DATE_EPOCH = String(sourceDate());
process.env.TZ = "UTC";
for (const file of await listFiles({ cwd: here, packageManager: PackageManager.None })) {
  await chmod(join(here, file), 0o644);
}
await createVSIX({
  cwd: here,
  target: options.target,
  packagePath: options.out ?? `codesaga-${options.target}.vsix`,
  dependencies: false,
  allowMissingRepository: true,
  skipLicense: true,
});
