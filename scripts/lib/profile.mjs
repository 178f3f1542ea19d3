// A profile of the editor for trying and testing: its own settings and extensions, apart from the user's.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, cp, mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { root, run } from "./places.mjs";

const quiet = {
  "telemetry.telemetryLevel": "off",
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
  "security.workspace.trust.enabled": false,
  "extensions.autoUpdate": false,
  "extensions.ignoreRecommendations": true,
  "chat.commandCenter.enabled": false,
  // The sample project lies inside this repository, which is not what the user came to see.
  "git.openRepositoryInParentFolders": "never",
};

/** Writes `settings` over those of the profile and keeps the rest, which the user may have set there. */
export async function writeSettings(profile, settings) {
  await writeOver(path.join(profile, "data", "User", "settings.json"), quiet, settings);
  // In the browser extensions run on a side of their own, and what belongs to a machine is read from that side's file:
  // the user's would be heard until a setting changes, and then no more.
  const ofMachine = await machineSettings();
  const itsOwn = Object.fromEntries(Object.entries(settings).filter(([name]) => ofMachine.has(name)));
  await writeOver(path.join(profile, "data", "Machine", "settings.json"), {}, itsOwn);
}

async function writeOver(file, otherwise, settings) {
  await mkdir(path.dirname(file), { recursive: true });
  const before = existsSync(file) ? await readFile(file, "utf8") : "{}";
  let kept;
  try {
    kept = JSON.parse(before);
  } catch {
    // The editor allows comments there, JSON does not: nothing of the user's is lost.
    await copyFile(file, `${file}.before`);
    kept = {};
  }
  await writeFile(file, `${JSON.stringify({ ...otherwise, ...kept, ...settings }, undefined, 2)}\n`);
}

/** The names of our settings that differ from machine to machine. */
async function machineSettings() {
  const manifest = JSON.parse(await readFile(path.join(root, "extension", "package.json"), "utf8"));
  const all = manifest.contributes.configuration.flatMap(({ properties }) => Object.entries(properties));
  return new Set(all.filter(([, { scope }]) => scope?.startsWith("machine")).map(([name]) => name));
}

/**
 * Makes the browser's editor report Korean as its display language, so that extensions show their Korean texts.
 * Its own words stay English: Microsoft's language pack is a download that the user decides on.
 */
export async function speakKorean(profile) {
  const data = path.join(profile, "data");
  const translations = path.join(data, "korean.json");
  const pack = {
    hash: "codesaga-korean-1",
    label: "한국어",
    // The editor reads an identifier here, of an extension that need not be there.
    extensions: [{ extensionIdentifier: { id: "codesaga.korean" }, version: "1.0.0" }],
    translations: { vscode: translations },
  };
  await mkdir(data, { recursive: true });
  await writeFile(translations, JSON.stringify({ version: "1.0.0", contents: {} }));
  await writeFile(path.join(data, "languagepacks.json"), JSON.stringify({ ko: pack }));
}

/** A copy of the sample project, so that trying things leaves the repository as it is. Made once. */
export async function sampleProject(folder = path.join(run, "sample-project")) {
  if (!existsSync(folder)) {
    await cp(path.join(root, "scripts", "sample-project"), folder, { recursive: true });
  }
  return folder;
}

/** Runs `install` unless this very VSIX is in the profile already. */
export async function whenNewExtension(profile, vsix, install) {
  const stamp = path.join(profile, "installed-vsix");
  const hash = createHash("sha256")
    .update(await readFile(vsix))
    .digest("hex");
  if (existsSync(stamp) && (await readFile(stamp, "utf8")) === hash) return;
  await install();
  await mkdir(profile, { recursive: true });
  await writeFile(stamp, hash);
}
