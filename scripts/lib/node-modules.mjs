// Installs the npm packages of the workspace exactly as package-lock.json names them.
import path from "node:path";
import { root } from "./places.mjs";
import { whenChanged } from "./stamps.mjs";

const inputs = [
  "package-lock.json",
  "package.json",
  "extension/package.json",
  "native/package.json",
  "tests/end-to-end/package.json",
];

export async function installNodeModules({ processes, say, progress }) {
  const outputs = [path.join(root, "node_modules", ".package-lock.json")];
  await whenChanged("node-modules", { inputs, outputs }, () =>
    progress.step(say("Install the npm packages"), () =>
      processes.run("npm-ci", "npm", ["ci", "--no-audit", "--no-fund"]),
    ),
  );
}
