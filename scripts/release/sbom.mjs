// The parts lists (CycloneDX 1.5, JSON) of what ships. The lists are made by npm and cargo-cyclonedx; what is done here is
// to leave out what does not ship, to join the two for a VSIX, and to compare the result with the lock files.
import { execFile } from "node:child_process";
import { readdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { installCargoTool } from "../lib/cargo-tool.mjs";
import { root } from "../lib/places.mjs";
import { targetNamed } from "./targets.mjs";
import { sourceDate } from "./when.mjs";

const runFile = promisify(execFile);
const listBytesMost = 64 * 1024 * 1024;
const specification = "1.5";
const written = "codesaga-release-sbom";

/** Of a VSIX: the addon's crates and the packages that the bundles are made of (bundled.json). */
export async function sbomOfVsix(target, bundled, kit) {
  const [npm, cargo] = [
    await npmPart(bundled),
    await cargoPart("native", { ...targetNamed(target), features: [] }, kit),
  ];
  const [extension, addon] = [npm.metadata.component, cargo.metadata.component];
  return withoutChance({
    ...npm,
    metadata: { ...npm.metadata, tools: [...npm.metadata.tools, ...cargo.metadata.tools] },
    components: [...npm.components, addon, ...cargo.components],
    dependencies: [
      { ref: extension["bom-ref"], dependsOn: [...npm.components.map((one) => one["bom-ref"]), addon["bom-ref"]] },
      ...npm.dependencies.filter(({ ref }) => ref !== extension["bom-ref"]),
      ...cargo.dependencies,
    ],
  });
}

/** Of an archive of the proxy. */
export async function sbomOfProxy(target, kit) {
  return withoutChance(await cargoPart("server-proxy", targetNamed(target), kit));
}

/** What npm says of the workspace `extension`, cut down to the packages in the given folders. */
export async function npmPart(bundled) {
  const args = ["sbom", "--sbom-format", "cyclonedx", "--workspace", "extension"];
  const { stdout } = await runFile("npm", args, { cwd: root, maxBuffer: listBytesMost });
  const list = JSON.parse(stdout);
  const wanted = new Set(
    await Promise.all(
      bundled.map(async (folder) => {
        const { name, version } = JSON.parse(await readFile(path.join(root, folder, "package.json"), "utf8"));
        return `${name}@${version}`;
      }),
    ),
  );
  const ofExtension = (component) => component.purl.startsWith("pkg:npm/codesaga@");
  const components = list.components.filter((one) => wanted.has(one["bom-ref"]));
  const kept = new Set(components.map((one) => one["bom-ref"]));
  // npm calls a folder of the workspace by the folder's name.
  const extension = { ...list.components.find(ofExtension), name: "codesaga" };
  return {
    ...list,
    metadata: { ...list.metadata, component: extension },
    components: components.map(asShipped),
    dependencies: list.dependencies
      .filter(({ ref }) => kept.has(ref) || ref === extension["bom-ref"])
      .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((one) => kept.has(one)) })),
  };
}

/** npm calls a package a developer's because it is bundled and not installed; in the bundle it ships. */
function asShipped({ properties = [], ...component }) {
  return { ...component, properties: properties.filter(({ name }) => name !== "cdx:npm:package:development") };
}

async function cargoPart(folder, { triple, features }, kit) {
  const program = await installCargoTool("cargo-cyclonedx", "0.5.9", kit);
  const manifest = path.join(root, folder, "Cargo.toml");
  const args = ["cyclonedx", "--manifest-path", manifest, "--format", "json", "--spec-version", specification];
  const chosen = features.length > 0 ? ["--features", features.join(",")] : [];
  const more = ["--target", triple, "--no-build-deps", "--override-filename", written, ...chosen];
  try {
    await kit.processes.run("sbom", program, [...args, ...more], { env: { SOURCE_DATE_EPOCH: String(sourceDate()) } });
    // It names this machine's folder wherever it names a crate of ours.
    const text = await readFile(path.join(root, folder, `${written}.json`), "utf8");
    return JSON.parse(text.replaceAll(root, ""));
  } finally {
    await removeWritten();
  }
}

/** It writes one file into the folder of every crate of the workspace. */
async function removeWritten() {
  for (const place of ["crates", "tests", "."]) {
    for (const entry of await readdir(path.join(root, place), { withFileTypes: true })) {
      if (entry.isDirectory()) await rm(path.join(root, place, entry.name, `${written}.json`), { force: true });
    }
  }
}

/** A random number and the time of day make two lists of the same thing differ. */
function withoutChance({ serialNumber: _, ...list }) {
  return { ...list, metadata: { ...list.metadata, timestamp: new Date(sourceDate() * 1000).toISOString() } };
}

/** What is in the artefact and not in its list, one sentence each; `parts` have a name and a version. */
export function missingFrom(list, parts) {
  const listed = new Set(list.components.map(({ name, version }) => `${name}@${version}`));
  const absent = parts.map(({ name, version }) => `${name}@${version}`).filter((one) => !listed.has(one));
  return absent.map((one) => `${one} is in it, and not in its list`);
}

/** What a list says that the lock files do not, one sentence each. */
export function sbomFaults(list, { cargoLock, npmLock }) {
  const crates = new Map(
    [...cargoLock.matchAll(/^name = "([^"]+)"\nversion = "([^"]+)"\n(?:source = .*\nchecksum = "([^"]+)")?/gm)].map(
      ([, name, version, checksum]) => [`${name}@${version}`, checksum],
    ),
  );
  const packages = new Map(
    Object.entries(JSON.parse(npmLock).packages).map(([folder, { name, version, integrity }]) => [
      `${name ?? folder.slice(folder.lastIndexOf("node_modules/") + "node_modules/".length)}@${version}`,
      integrity,
    ]),
  );
  return list.components.flatMap((component) => {
    const name = `${component.group ? `${component.group}/` : ""}${component.name}@${component.version}`;
    const isCrate = component.purl?.startsWith("pkg:cargo/");
    const locked = isCrate ? crates : packages;
    if (!locked.has(name)) return [`${name} is in no lock file`];
    const expected = isCrate ? locked.get(name) : hexOf(locked.get(name));
    const hash = component.hashes?.find(({ alg }) => alg === (isCrate ? "SHA-256" : "SHA-512"))?.content;
    return expected === hash ? [] : [`${name} has another checksum than in the lock file`];
  });
}

function hexOf(integrity) {
  return integrity && Buffer.from(integrity.replace(/^sha512-/, ""), "base64").toString("hex");
}
