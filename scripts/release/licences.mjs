// The licence texts of everything in an artefact, as one file that ships in it: most licences ask that their text goes
// along. Texts are taken from the packages as they were built from; equal ones stand once.
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { root } from "../lib/places.mjs";
import { cratesOf } from "./shipped.mjs";
import { targetNamed, targets } from "./targets.mjs";

const licenceFile = /^(?:licen[cs]es?|copying|unlicense|copyright)(?:$|[-._])/i;
const noticeFile = /^notice(?:$|[-._])/i;
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

/** The texts of one work. Where it may be had under the MIT licence alone, that one, and its notices in any case. */
async function textsIn({ folder, licence }) {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .sort();
  const licences = names.filter((name) => licenceFile.test(name));
  const choice = /\bOR MIT\b|\bMIT OR\b|MIT\//.test(licence ?? "") ? licences.filter((name) => /mit/i.test(name)) : [];
  const files = [...(choice.length > 0 ? choice : licences), ...names.filter((name) => noticeFile.test(name))];
  const texts = await Promise.all(files.map((name) => readFile(path.join(folder, name), "utf8")));
  return texts.map((text) => text.replaceAll("\r\n", "\n").trim()).filter(Boolean);
}

function nameOf({ name, version }) {
  return `${name} ${version}`;
}
