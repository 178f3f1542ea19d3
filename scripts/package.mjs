// `npm run package`: the VSIX and the proxy as they ship, built with the release profile, and their sizes.
import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { runScript } from "./lib/kit.mjs";
import { installNodeModules } from "./lib/node-modules.mjs";
import { debugBinaries, root } from "./lib/places.mjs";
import { compiling } from "./lib/rust.mjs";
import { checkTools } from "./lib/tools.mjs";

await runScript(async (kit) => {
  const { processes, progress, say } = kit;
  await checkTools(kit);
  await installNodeModules(kit);
  await progress.step(say("Build {0}", "codesaga-proxy"), (detail) =>
    processes.run("package-proxy", "cargo", ["build", "--release", "--locked", "-p", "codesaga-proxy"], {
      onLine: compiling(detail),
    }),
  );
  await progress.step(say("Build the engine"), (detail) =>
    processes.run("package-native", "npm", ["run", "build:release", "-w", "native"], { onLine: compiling(detail) }),
  );
  await progress.step(say("Build and pack the extension"), () =>
    processes.run("package-extension", "npm", ["run", "package", "-w", "extension"]),
  );
  const folder = path.join(root, "extension");
  const packed = (await readdir(folder))
    .filter((name) => name.endsWith(".vsix"))
    .map((name) => path.join(folder, name));
  for (const file of [path.join(debugBinaries, "..", "release", "codesaga-proxy"), ...packed]) {
    progress.line(`${((await stat(file)).size / 1e6).toFixed(1)} MB  ${path.relative(root, file)}`);
  }
  return 0;
});
