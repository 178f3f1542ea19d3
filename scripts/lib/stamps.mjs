// Remembers what a build was made of, so that the next start can skip it when nothing changed.
// Files are compared by path, size and time of change: reading all of them would cost more than it saves.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { cache, root } from "./places.mjs";

const generated = new Set(["node_modules", "target", "dist", ".cache", ".git"]);

/** Runs `build` unless `inputs` are as they were the last time and all `outputs` are there. True when it built. */
export async function whenChanged(name, { inputs, outputs }, build) {
  const file = path.join(cache, "stamps", name);
  const before = print(inputs);
  const known = existsSync(file) && readFileSync(file, "utf8") === before;
  if (known && outputs.every((output) => existsSync(output))) return false;
  await build();
  await mkdir(path.dirname(file), { recursive: true });
  // Taken after the build as well: a build may write into its own inputs (a generated index.d.ts).
  await writeFile(file, print(inputs));
  return true;
}

function print(inputs) {
  const hash = createHash("sha256").update(`${process.version} ${process.platform} ${process.arch}\n`);
  for (const input of inputs) visit(path.resolve(root, input), hash);
  return hash.digest("hex");
}

function visit(place, hash) {
  const stat = statSync(place, { throwIfNoEntry: false });
  if (!stat) return;
  if (!stat.isDirectory()) {
    hash.update(`${place} ${stat.size} ${stat.mtimeMs}\n`);
    return;
  }
  for (const entry of readdirSync(place).sort()) {
    if (!generated.has(entry) && !entry.endsWith(".node") && !entry.endsWith(".vsix"))
      visit(path.join(place, entry), hash);
  }
}
