import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { root } from "../../scripts/lib/places.mjs";
import { sha256Sums, statement } from "../../scripts/release/provenance.mjs";
import { missingFrom, npmPart, sbomFaults } from "../../scripts/release/sbom.mjs";
import { cratesOf } from "../../scripts/release/shipped.mjs";
import { targets } from "../../scripts/release/targets.mjs";

const runFile = promisify(execFile);
const locks = {
  cargoLock: await readFile(path.join(root, "Cargo.lock"), "utf8"),
  npmLock: await readFile(path.join(root, "package-lock.json"), "utf8"),
};

test("npm's parts list of the extension holds what is bundled, and agrees with the lock file", async () => {
  const bundled = JSON.parse(await readFile(path.join(root, "extension", "dist", "bundled.json"), "utf8"));
  const list = await npmPart(bundled);
  const names = list.components.map(({ name }) => name).sort();
  assert.deepEqual(names, bundled.map((folder) => folder.slice(folder.lastIndexOf("node_modules/") + 13)).sort());
  assert.deepEqual(sbomFaults(list, locks), []);
  assert.deepEqual(missingFrom(list, [{ name: "preact", version: "0.0.1" }, list.components[0]]), [
    "preact@0.0.1 is in it, and not in its list",
  ]);
  assert.equal(list.metadata.component.name, "codesaga");
  const known = new Set([list.metadata.component, ...list.components].map((one) => one["bom-ref"]));
  for (const { ref, dependsOn } of list.dependencies)
    for (const one of [ref, ...dependsOn]) assert.ok(known.has(one), one);
});

test("a part that no lock file has, or another file of it, is named", () => {
  const [, version, checksum] = /^name = "bytes"\nversion = "([^"]+)"\nsource = .*\nchecksum = "([^"]+)"/m.exec(
    locks.cargoLock,
  );
  const crate = (changes) => ({
    name: "bytes",
    version,
    purl: `pkg:cargo/bytes@${version}`,
    hashes: [{ alg: "SHA-256", content: checksum }],
    ...changes,
  });
  const faults = (component) => sbomFaults({ components: [component] }, locks);
  assert.deepEqual(faults(crate({})), []);
  assert.deepEqual(faults(crate({ version: "0.0.1" })), ["bytes@0.0.1 is in no lock file"]);
  assert.deepEqual(faults(crate({ hashes: [] })), [`bytes@${version} has another checksum than in the lock file`]);
  assert.deepEqual(faults({ name: "preact", version: "0.0.1", purl: "pkg:npm/preact@0.0.1" }), [
    "preact@0.0.1 is in no lock file",
  ]);
});

test("what is linked into a program is told for each system, without what only builds it", async () => {
  const [linux, windows] = ["linux-x64", "win32-x64"].map((name) => targets.find(({ target }) => target === name));
  const names = async (crate, where) => (await cratesOf(crate, where)).map(({ name }) => name);
  const proxy = await names("codesaga-proxy", linux);
  for (const linked of ["tokio", "rdkafka-sys", "ring"]) assert.ok(proxy.includes(linked), linked);
  for (const absent of ["protox", "serde_derive", "proptest", "codesaga-proxy", "windows-sys"])
    assert.ok(!proxy.includes(absent), absent);
  const abroad = await names("codesaga-proxy", windows);
  assert.ok(abroad.includes("windows-sys") && !abroad.includes("rdkafka-sys"));
});

test("every crate that is linked may be had under a licence that THIRD_PARTY_NOTICES.md names for its program", async () => {
  const notices = await readFile(path.join(root, "THIRD_PARTY_NOTICES.md"), "utf8");
  for (const [crate, heading] of [
    ["codesaga-native", "Compiled into the extension's native module"],
    ["codesaga-proxy", "Compiled into `codesaga-proxy`"],
  ]) {
    const section = notices.split(`## ${heading}\n`)[1].split("\n## ")[0];
    const named = new Set(section.match(/BSD-\d-Clause|MIT|ISC|Zlib|[A-Z][\w.-]*\d/g));
    const unnamed = (term) => !term.split(/ OR |\//).some((one) => named.has(one.replaceAll(/[()\s]| WITH .*/g, "")));
    for (const { triple, features } of targets) {
      const linked = await cratesOf(crate, { triple, features: crate === "codesaga-proxy" ? features : [] });
      const faults = linked.filter(({ license }) => license.split(" AND ").some(unnamed));
      assert.deepEqual(
        faults.map(({ name, license }) => `${name}: ${license}`),
        [],
      );
    }
  }
});

test("sha256sum takes the checksums, and the statement names the same files", async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), "codesaga-sums-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await writeFile(path.join(folder, "b.vsix"), "b");
  await writeFile(path.join(folder, "a.tar.gz"), "a");
  const sums = await sha256Sums(folder, ["b.vsix", "a.tar.gz"]);
  await writeFile(path.join(folder, "SHA256SUMS"), sums);
  const { stdout } = await runFile("sha256sum", ["--check", "--strict", "SHA256SUMS"], { cwd: folder });
  assert.equal(stdout, "a.tar.gz: OK\nb.vsix: OK\n");
  const { subject, predicateType } = statement(sums, {
    commit: "c",
    version: "0.1.0",
    startedOn: "2026-01-31T00:00:00Z",
  });
  assert.deepEqual(
    subject.map(({ name }) => name),
    ["a.tar.gz", "b.vsix"],
  );
  assert.equal(subject[0].digest.sha256, "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb");
  assert.equal(predicateType, "https://slsa.dev/provenance/v1");
});
