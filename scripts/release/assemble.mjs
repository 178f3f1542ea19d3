// Puts together what goes out from what each system built (build.mjs): extensions, archives of the proxy, their parts
// lists, the checksums. Everything is looked at once more; a fault in one is a release that does not happen.

import { existsSync } from "node:fs";
import { copyFile, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { Expected } from "../lib/expected.mjs";
import { root } from "../lib/places.mjs";
import { archiveOfProxy } from "./archive.mjs";
import { sections } from "./changelog.mjs";
import { machineOf, runsWithGlibc } from "./machine.mjs";
import { out, parts } from "./places.mjs";
import { sha256Sums } from "./provenance.mjs";
import { missingFrom, sbomFaults, sbomOfProxy, sbomOfVsix } from "./sbom.mjs";
import { cratesOf } from "./shipped.mjs";
import { addonName, glibcMost, proxyProgram, targetNamed, targets } from "./targets.mjs";
import { readVsix, vsixFaults } from "./vsix.mjs";

/**
 * Puts `version` together from what was built for the target `only`, or for every one; `complete` asks for all of them, and
 * for what runs on old systems. Gives the files' names.
 */
export async function assemble({ version, complete, only }, kit) {
  const wanted = only ? [targetNamed(only)] : targets;
  const built = wanted.filter(({ target }) => existsSync(path.join(parts, target)));
  const absent = wanted.filter((one) => !built.includes(one)).map(({ target }) => target);
  if (complete && absent.length > 0) throw new Expected(`Nothing was built for ${absent.join(", ")}`);
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });

  const files = [];
  for (const one of built) {
    files.push(...(await kit.progress.step(one.target, () => assembleTarget(one, { version, complete }, kit))));
  }
  await writeFile(path.join(out, "SHA256SUMS"), await sha256Sums(out, files));
  const [newest] = sections(await readFile(path.join(root, "CHANGELOG.md"), "utf8"));
  await writeFile(path.join(out, "NOTES.md"), `${newest.notes}\n`);
  return files;
}

async function assembleTarget({ target, triple, proxy, features }, { version, complete }, kit) {
  const vsix = path.join(parts, target, `codesaga-${target}.vsix`);
  const read = await readVsix(vsix);
  refuse(vsix, vsixFaults(read, { target, version }));
  tellGlibc("the addon", read.files.get(`extension/dist/${addonName}`), { complete }, kit);
  const names = [`codesaga-${version}-${target}.vsix`];
  await copyFile(vsix, path.join(out, names[0]));
  const bundled = JSON.parse(await readFile(path.join(root, "extension", "dist", "bundled.json"), "utf8"));
  const linked = await cratesOf("codesaga-native", { triple });
  names.push(await writeList(names[0], await sbomOfVsix(target, bundled, kit), linked));

  if (proxy) {
    const program = path.join(parts, target, proxyProgram(target));
    const bytes = await readFile(program);
    const machine = machineOf(bytes);
    refuse(
      program,
      machine?.target === target ? [] : [`it is for ${machine?.target ?? "no known system"}, not ${target}`],
    );
    tellGlibc("the proxy", bytes, { complete }, kit);
    const archive = await archiveOfProxy({ target, version, program, into: out }, kit);
    const linked = await cratesOf("codesaga-proxy", { triple, features });
    names.push(archive, await writeList(archive, await sbomOfProxy(target, kit), linked));
  }
  return names;
}

async function writeList(name, list, linked) {
  const locks = ["Cargo.lock", "package-lock.json"].map((file) => readFile(path.join(root, file), "utf8"));
  const [cargoLock, npmLock] = await Promise.all(locks);
  const listName = `${name}.cdx.json`;
  refuse(listName, [...sbomFaults(list, { cargoLock, npmLock }), ...missingFrom(list, linked)]);
  await writeFile(path.join(out, listName), `${JSON.stringify(list, undefined, 1)}\n`);
  return listName;
}

function tellGlibc(what, bytes, { complete }, { progress }) {
  const { glibc } = machineOf(bytes);
  if (!glibc || runsWithGlibc(glibc, glibcMost)) return;
  const sentence = `${what} needs glibc ${glibc}, and the editor runs from ${glibcMost} on`;
  if (complete) throw new Expected(sentence);
  progress.line(`  ${sentence}: built on an older system it needs less`);
}

function refuse(file, faults) {
  if (faults.length > 0) throw new Expected(faults.map((fault) => `${path.basename(file)}: ${fault}`).join("\n"));
}

/** One line a file: its size and its name. */
export async function tellFiles(files, { progress }) {
  for (const name of [...files, "SHA256SUMS", "NOTES.md"]) {
    const { size } = await stat(path.join(out, name));
    progress.line(`${(size / 1e6).toFixed(2).padStart(8)} MB  ${path.relative(root, path.join(out, name))}`);
  }
}
