// What may be in a VSIX, and what must be: read from the packed file itself.
import { stat } from "node:fs/promises";
import yauzl from "yauzl";
import { machineOf } from "./machine.mjs";
import { addonName } from "./targets.mjs";

/** Of the file as it is downloaded. */
export const vsixBytesMost = 12_000_000;

// Every file of the extension by name: what is not here has come in by mistake, as a test, a map or a note might.
const expected = [
  /^package(?:\.nls(?:\.ko)?)?\.json$/,
  /^readme\.md$/i,
  /^licen[cs]e(?:\.txt)?$/i,
  /^l10n\/bundle\.l10n(?:\.ko)?\.json$/,
  /^media\/(?:icon\.png|codesaga\.svg|walkthrough\/[\w-]+(?:\.ko)?\.png)$/,
  /^dist\/(?:main\.js|continueConfig\.js|chat\.(?:js|css)|colours\.js|codicon\.ttf|codesaga\.node|THIRD_PARTY_LICENSES\.txt)$/,
];
const required = ["package.nls.json", "package.nls.ko.json", "dist/chat.js", "dist/THIRD_PARTY_LICENSES.txt"];

/** Reads a packed extension: the bytes of its files by name, and the size of the whole. */
export async function readVsix(file) {
  const files = new Map();
  const zip = await new Promise((resolve, reject) => {
    yauzl.open(file, { lazyEntries: true, autoClose: true }, (error, opened) =>
      error ? reject(error) : resolve(opened),
    );
  });
  await new Promise((resolve, reject) => {
    zip.on("error", reject).on("end", resolve);
    zip.on("entry", (entry) => {
      zip.openReadStream(entry, (error, stream) => {
        if (error) return reject(error);
        const pieces = [];
        stream.on("data", (piece) => pieces.push(piece)).on("error", reject);
        stream.on("end", () => {
          files.set(entry.fileName, Buffer.concat(pieces));
          zip.readEntry();
        });
      });
    });
    zip.readEntry();
  });
  return { files, bytes: (await stat(file)).size };
}

/** What is wrong with it as the extension of `version` for `target`, one sentence each. */
export function vsixFaults({ files, bytes }, { target, version, bytesMost = vsixBytesMost }) {
  const inside = new Map();
  for (const [name, content] of files)
    if (name.startsWith("extension/")) inside.set(name.slice("extension/".length), content);
  const manifest = JSON.parse(inside.get("package.json")?.toString() ?? "{}");
  const faults = [...inside.keys()]
    .filter((name) => !expected.some((form) => form.test(name)))
    .map((name) => `${name} has no place in it`);
  for (const name of [...required, manifest.main, manifest.icon].map((name) => name?.replace(/^\.\//, ""))) {
    if (!inside.has(name)) faults.push(`${name} is missing`);
  }
  if (bytes > bytesMost) faults.push(`it has ${bytes} bytes, and ${bytesMost} are the most`);
  if (manifest.version !== version) faults.push(`its version is ${manifest.version}, not ${version}`);
  return [...faults, ...platformFaults(files, inside, target)];
}

function platformFaults(files, inside, target) {
  const faults = [];
  const declared = /TargetPlatform="([^"]+)"/.exec(files.get("extension.vsixmanifest")?.toString() ?? "")?.[1];
  if (declared !== target) faults.push(`it is declared for ${declared}, not ${target}`);
  const addon = inside.get(`dist/${addonName}`);
  const machine = addon && machineOf(addon);
  if (!addon) faults.push(`dist/${addonName} is missing`);
  else if (machine?.target !== target)
    faults.push(`its addon is for ${machine?.target ?? "no known system"}, not ${target}`);
  return faults;
}
