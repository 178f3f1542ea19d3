// Whose code is in what ships: the crates that cargo links into a program, the npm packages that the bundles were made of.
// Both come from the tools that built them, never from a list kept by hand.
import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { root } from "../lib/places.mjs";

const runFile = promisify(execFile);
const metadataBytesMost = 64 * 1024 * 1024;

/** The folders (`node_modules/preact`) of the packages among `files`, which are named as seen from the folder `from`; sorted. */
export function packagesOf(files, from) {
  const folders = files.flatMap((file) => {
    const parts = path.relative(root, path.resolve(from, file)).split(path.sep);
    const at = parts.lastIndexOf("node_modules") + 1;
    if (at === 0) return [];
    return [parts.slice(0, at + (parts[at].startsWith("@") ? 2 : 1)).join("/")];
  });
  return [...new Set(folders)].sort();
}

/** The crates of other people in the program or addon `crate`, built for `triple`, sorted; for every system where none is named. */
export async function cratesOf(crate, { triple, features = [] } = {}) {
  const platform = triple ? ["--filter-platform", triple] : [];
  const named = features.map((feature) => `${crate}/${feature}`);
  const { stdout } = await runFile(
    "cargo",
    ["metadata", "--format-version", "1", "--locked", ...platform, "--features", named.join(",")],
    { cwd: root, maxBuffer: metadataBytesMost },
  );
  return linkedInto(crate, JSON.parse(stdout));
}

/** What is linked into `crate` according to `cargo metadata`: normal dependencies, without macros and what only macros need. */
export function linkedInto(crate, { packages, resolve }) {
  const byId = new Map(packages.map((one) => [one.id, one]));
  const nodes = new Map(resolve.nodes.map((node) => [node.id, node]));
  const isMacro = (id) => byId.get(id).targets.some(({ kind }) => kind.includes("proc-macro"));
  const reached = new Set();
  const waiting = packages.filter(({ name, source }) => name === crate && source === null).map(({ id }) => id);
  while (waiting.length > 0) {
    const id = waiting.pop();
    if (reached.has(id) || isMacro(id)) continue;
    reached.add(id);
    for (const { pkg, dep_kinds } of nodes.get(id).deps)
      if (dep_kinds.some(({ kind }) => kind === null)) waiting.push(pkg);
  }
  return [...reached]
    .map((id) => byId.get(id))
    .filter(({ source }) => source !== null)
    .sort((one, other) => (one.id < other.id ? -1 : 1));
}
