// The version of everything that is released together. It is decided in one place, `[workspace.package]` of Cargo.toml;
// npm, the lock files and the image's name in a cluster have to repeat it, and this is the only place that knows where. Texts come in as
// arguments and go out changed: reading and writing them is for those who call.

/** The only form that the editor's marketplaces take: no pre-release, no build. */
export const versionForm = /^(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)$/;

/** Every file that says the version, the one that decides first. */
export const versionFiles = [
  { file: "Cargo.toml", kind: "cargo-workspace" },
  { file: "Cargo.lock", kind: "cargo-lock" },
  { file: "fuzz/Cargo.lock", kind: "cargo-lock" },
  { file: "package.json", kind: "npm" },
  { file: "extension/package.json", kind: "npm" },
  { file: "native/package.json", kind: "npm" },
  { file: "tests/end-to-end/package.json", kind: "npm" },
  { file: "package-lock.json", kind: "npm-lock" },
  { file: "deploy/kustomization.yaml", kind: "image" },
  { file: "deploy/kubernetes/fleet/kustomization.yaml", kind: "image" },
  { file: "docs/deploying.md", kind: "image" },
];

// The fuzz targets are built by those who fuzz, and released never.
const unreleased = new Set(["codesaga-fuzz"]);

/**
 * Finds where a text says the version: pieces of the text in order, every second one a version. Nothing but the
 * versions is understood, so that a change leaves all else as its author wrote it.
 */
const finders = {
  "cargo-workspace": (text) => split(text, /^(\[workspace\.package\]\nversion = ")([^"]+)/gm),
  // A package of ours has no source: it is the folder.
  "cargo-lock": (text) =>
    split(
      text,
      /^(\[\[package\]\]\nname = "([^"]+)"\nversion = ")([^"]+)(?="\n(?!source))/gm,
      (name) => !unreleased.has(name),
    ),
  npm: (text) => split(text, /^(\s*"version": ")([^"]+)/m),
  "npm-lock": splitNpmLock,
  image: (text) => split(text, /(\{ name: codesaga-proxy,(?: newName: [^,]+,)? newTag: ")([^"]+)/g),
};

/** The versions that a text says, one or more. */
export function versionsIn(kind, text) {
  return finders[kind](text).filter((_, index) => index % 2 === 1);
}

/** The text with `version` wherever it says one. */
export function withVersion(kind, text, version) {
  return finders[kind](text)
    .map((piece, index) => (index % 2 === 1 ? version : piece))
    .join("");
}

/** What is wrong, one sentence a file: `texts` maps the names of `versionFiles` to what stands in them. */
export function versionFaults(texts) {
  const [decided] = versionsIn(versionFiles[0].kind, texts[versionFiles[0].file]);
  if (!versionForm.test(decided ?? "")) return [`${versionFiles[0].file} says no version of the form 1.2.3`];
  return versionFiles.flatMap(({ file, kind }) => {
    const found = versionsIn(kind, texts[file]);
    if (found.length === 0) return [`${file} says no version`];
    const others = [...new Set(found)].filter((one) => one !== decided);
    return others.map((other) => `${file} says ${other}, and Cargo.toml ${decided}`);
  });
}

/** `pattern` has what stands before the version as its first group and the version as its last. */
function split(text, pattern, wanted = () => true) {
  const pieces = [];
  let from = 0;
  for (const found of text.matchAll(pattern.global ? pattern : new RegExp(pattern.source, `${pattern.flags}g`))) {
    const version = found.at(-1);
    if (!wanted(found[2])) continue;
    const at = found.index + found[1].length;
    pieces.push(text.slice(from, at), version);
    from = at + version.length;
    if (!pattern.global) break;
  }
  return [...pieces, text.slice(from)];
}

/** The root's own line, and one for each folder of the workspace: everything outside of node_modules. */
function splitNpmLock(text) {
  const ours = Object.entries(JSON.parse(text).packages).filter(([folder]) => !folder.includes("node_modules/"));
  let rest = text;
  const pieces = split(rest, /^( {2}"version": ")([^"]+)/m);
  for (const [folder] of ours) {
    rest = pieces.pop();
    const quoted = JSON.stringify(folder).replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
    pieces.push(...split(rest, new RegExp(`^( {4}${quoted}: \\{\\n(?: {6}.*\\n)*? {6}"version": ")([^"]+)`, "m")));
  }
  return pieces;
}
