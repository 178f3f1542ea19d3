// Builds the native addon and the extension and packs them into one VSIX for this kind of machine.
// Each part is skipped when nothing it is made of has changed.
import { readdir } from "node:fs/promises";
import path from "node:path";
import { root } from "./places.mjs";
import { compiling } from "./rust.mjs";
import { whenChanged } from "./stamps.mjs";

const addon = path.join(root, "native", "codesaga.node");
const folder = path.join(root, "extension");

/** The VSIX, built when needed. */
export async function packExtension({ processes, say, progress }) {
  await whenChanged("native", { inputs: ["Cargo.toml", "Cargo.lock", "crates", "native"], outputs: [addon] }, () =>
    progress.step(say("Build the engine"), (detail) =>
      processes.run("native-build", "npm", ["run", "build", "-w", "native"], { onLine: compiling(detail) }),
    ),
  );
  const packed = await findVsix();
  const inputs = ["extension", "native", "crates", "Cargo.lock", "package-lock.json", "scripts/release"];
  await whenChanged("extension", { inputs, outputs: [packed ?? path.join(folder, "codesaga.vsix")] }, () =>
    progress.step(say("Build and pack the extension"), () =>
      processes.run("extension-package", "npm", ["run", "package", "-w", "extension"]),
    ),
  );
  const vsix = await findVsix();
  if (!vsix) throw new Error("packing the extension left no .vsix file in extension/");
  return vsix;
}

async function findVsix() {
  const name = (await readdir(folder)).find((entry) => entry.endsWith(".vsix"));
  return name && path.join(folder, name);
}
