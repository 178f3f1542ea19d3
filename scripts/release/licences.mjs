// The licence texts of everything in an artefact, as one file that ships in it: most licences ask that their text goes
// along. Texts are taken from the packages as they were built from; equal ones stand once.
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { root } from "../lib/places.mjs";
import { cratesOf } from "./shipped.mjs";
import { targetNamed, targets } from "./targets.mjs";

const licenceFile = /^(?:licen[cs]es?|copying|unlicense|copyright)(?:$|[-._])/i;
const noticeFile = /^notice(?:$|[-._])/i;
// What lies in these is in no program.
const notCompiled = /^(?:node_modules|contrib|packaging|tests?|examples?|benches|wasm.*|target)$/i;
const depthMost = 3;
const line = "─".repeat(100);

/** For a VSIX: the crates in the addon and the npm packages in the bundles, given as folders. */
export async function licencesOfExtension(target, bundled) {
  // A developer's system may be one that nothing is released for.
  const triple = targets.find((one) => one.target === target)?.triple;
  const crates = await cratesOf("codesaga-native", { triple });
  const packages = bundled.map(async (folder) => {
    const { name, version, license } = JSON.parse(await readFile(path.join(root, folder, "package.json"), "utf8"));
    return { name, version, licence: license, folder: path.join(root, folder) };
  });
  return licenceTexts([...crates.map(crateOf), ...(await Promise.all(packages))]);
}

/** For an archive of the proxy. */
export async function licencesOfProxy(target) {
  return licenceTexts((await cratesOf("codesaga-proxy", targetNamed(target))).map(crateOf));
}

function crateOf({ name, version, license, manifest_path }) {
  return { name, version, licence: license, folder: path.dirname(manifest_path) };
}

async function licenceTexts(works) {
  const users = new Map();
  const without = [];
  for (const work of works) {
    const texts = await textsIn(work);
    if (texts.length === 0) without.push(`${nameOf(work)}: ${work.licence}`);
    for (const text of texts) users.set(text, [...(users.get(text) ?? []), nameOf(work)]);
  }
  const parts = [...users].map(([text, names]) => `${line}\n${names.join(", ")}\n${line}\n\n${text}\n`);
  const rest =
    without.length > 0
      ? [`${line}\nWithout a text of their own; by the licence that each names:\n\n${without.join("\n")}\n`]
      : [];
  return [
    "CodeSaga contains the following works of other people, each under its own licence.\n",
    ...parts,
    ...rest,
  ].join("\n");
}

/** The texts of one work, and of the works of others that it brings along in folders of its own. */
async function textsIn({ folder, licence }) {
  const files = await licenceFiles(folder, licence);
  const texts = await Promise.all(files.map((file) => readFile(file, "utf8")));
  return texts.map((text) => text.replaceAll("\r\n", "\n").trim()).filter(Boolean);
}

async function licenceFiles(folder, licence, depth = 0) {
  const entries = (await readdir(folder, { withFileTypes: true })).sort((one, other) =>
    one.name < other.name ? -1 : 1,
  );
  const names = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  const found = chosen(
    names.filter((name) => licenceFile.test(name)),
    licence,
  ).concat(names.filter((name) => noticeFile.test(name)));
  const inner = entries.filter((entry) => entry.isDirectory() && !notCompiled.test(entry.name) && depth < depthMost);
  const deeper = await Promise.all(
    inner.map(({ name }) => licenceFiles(path.join(folder, name), undefined, depth + 1)),
  );
  return [...found.map((name) => path.join(folder, name)), ...deeper.flat()];
}

/** A file that says that it is all of them together, or the MIT licence where that may be chosen; else every one. */
function chosen(names, licence) {
  const together = names.filter((name) => /^licenses\.txt$/i.test(name));
  if (together.length > 0) return together;
  const mit = /\bOR MIT\b|\bMIT OR\b|MIT\//.test(licence ?? "") ? names.filter((name) => /mit/i.test(name)) : [];
  return mit.length > 0 ? mit : names;
}

function nameOf({ name, version }) {
  return `${name} ${version}`;
}
