// The packed extension as `npm test` made it, looked at as a release looks at it.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { root } from "../../scripts/lib/places.mjs";
import { hostTarget, targets } from "../../scripts/release/targets.mjs";
import { readVsix, vsixFaults } from "../../scripts/release/vsix.mjs";

const runFile = promisify(execFile);
const target = hostTarget();
const packed = path.join(root, "extension", `codesaga-${target}.vsix`);
const { version } = JSON.parse(await readFile(path.join(root, "package.json"), "utf8"));
// The addon of the tests is large, because it is built to be built quickly.
const asBuilt = { target, version, bytesMost: Number.POSITIVE_INFINITY };
let folder;

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "codesaga-release-"));
});
after(() => rm(folder, { recursive: true, force: true }));

async function pack(name, args = [], env = {}) {
  const out = path.join(folder, name);
  const options = { cwd: root, env: { ...process.env, ...env } };
  await runFile(process.execPath, ["extension/package.mjs", "--out", out, ...args], options);
  return out;
}

test("everything that must be in it is, and nothing else", async () => {
  assert.deepEqual(vsixFaults(await readVsix(packed), asBuilt), []);
});

test("bundled and packed twice, by people on two sides of the earth, it has the same bytes", async () => {
  const commit = { SOURCE_DATE_EPOCH: "1800000000" };
  const one = await readFile(await pack("one.vsix", [], { ...commit, TZ: "Pacific/Honolulu" }));
  const other = await readFile(await pack("other.vsix", [], { ...commit, TZ: "Pacific/Chatham" }));
  assert.ok(one.equals(other));
});

test("what is not as it must be is named", async () => {
  const other = targets.find((one) => one.target !== target).target;
  const read = await readVsix(await pack("foreign.vsix", ["--no-build", "--target", other]));
  read.files.set("extension/src/secret.test.ts", Buffer.from(""));
  read.files.set("extension/dist/main.js.map", Buffer.from(""));
  read.files.delete("extension/media/icon.png");
  assert.deepEqual(vsixFaults({ ...read, bytes: 12_000_001 }, { target, version: "9.9.9" }), [
    "src/secret.test.ts has no place in it",
    "dist/main.js.map has no place in it",
    "media/icon.png is missing",
    "it has 12000001 bytes, and 12000000 are the most",
    `its version is ${version}, not 9.9.9`,
    `it is declared for ${other}, not ${target}`,
  ]);
  assert.deepEqual(vsixFaults(read, { target: other, version }).slice(-1), [
    `its addon is for ${target}, not ${other}`,
  ]);
});

test("each package in the bundles has its licence in it, and its line in THIRD_PARTY_NOTICES.md", async () => {
  const bundled = JSON.parse(await readFile(path.join(root, "extension", "dist", "bundled.json"), "utf8"));
  const texts = (await readVsix(packed)).files.get("extension/dist/THIRD_PARTY_LICENSES.txt").toString();
  const notices = await readFile(path.join(root, "THIRD_PARTY_NOTICES.md"), "utf8");
  assert.ok(bundled.includes("node_modules/preact"));
  for (const bundle of bundled) {
    const manifest = JSON.parse(await readFile(path.join(root, bundle, "package.json"), "utf8"));
    assert.match(texts, new RegExp(`^(?:.*, )?${manifest.name} ${manifest.version}(?:, .*)?$`, "m"));
    assert.ok(notices.includes(`\`${manifest.name}\``), `THIRD_PARTY_NOTICES.md says nothing of ${manifest.name}`);
  }
  for (const crate of ["tree-sitter 0", "tokio 1", "rustls 0"]) assert.ok(texts.includes(crate), crate);
});

test("the galleries get what they show: an icon that is large enough, and few enough words to find it by", async () => {
  const { files } = await readVsix(packed);
  const manifest = JSON.parse(files.get("extension/package.json").toString());
  const icon = files.get(`extension/${manifest.icon}`);
  assert.deepEqual([icon.readUInt32BE(0), icon.readUInt32BE(16), icon.readUInt32BE(20)], [0x89504e47, 128, 128]);
  // The Marketplace takes thirty; Open VSX shows what the package says.
  assert.ok(manifest.keywords.length > 0 && manifest.keywords.length <= 30);
  assert.match(manifest.galleryBanner.color, /^#[0-9a-f]{6}$/);
  const declared = files.get("extension.vsixmanifest").toString();
  for (const category of manifest.categories) assert.ok(declared.includes(category), category);
  assert.match(declared, /<License>extension\/LICENSE.txt<\/License>/);
});
