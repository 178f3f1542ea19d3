import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { root } from "../lib/places.mjs";
import { changelogFaults, released, sections } from "./changelog.mjs";
import { versionFaults, versionFiles, versionsIn, withVersion } from "./versions.mjs";

const texts = Object.fromEntries(versionFiles.map(({ file }) => [file, readFileSync(path.join(root, file), "utf8")]));
const changelog = readFileSync(path.join(root, "CHANGELOG.md"), "utf8");
const [version] = versionsIn("cargo-workspace", texts["Cargo.toml"]);

test("every file says the version that the Cargo workspace decides, and the changelog fits it", () => {
  assert.deepEqual(versionFaults(texts), []);
  assert.deepEqual(changelogFaults(changelog, version), []);
});

test("a new version changes the lines that say one, and no other", () => {
  const changed = Object.fromEntries(
    versionFiles.map(({ file, kind }) => [file, withVersion(kind, texts[file], "12.34.56")]),
  );
  assert.deepEqual(versionFaults(changed), []);
  for (const { file, kind } of versionFiles) {
    const before = texts[file].split("\n");
    const different = changed[file].split("\n").filter((line, index) => line !== before[index]);
    assert.equal(different.length, versionsIn(kind, texts[file]).length, file);
    for (const line of different) assert.match(line, /(?:version|newTag).*12\.34\.56/, file);
    assert.equal(withVersion(kind, changed[file], version), texts[file], file);
  }
});

test("each member of the workspaces is found in the lock files", () => {
  const members = texts["Cargo.lock"]
    .split("[[package]]")
    .filter((one) => one.includes("name =") && !one.includes("source ="));
  assert.equal(versionsIn("cargo-lock", texts["Cargo.lock"]).length, members.length);
  // The root twice, and its three folders.
  assert.equal(versionsIn("npm-lock", texts["package-lock.json"]).length, 5);
});

test("a file that says another version is named", () => {
  const wrong = { ...texts, "native/package.json": withVersion("npm", texts["native/package.json"], "9.9.9") };
  assert.deepEqual(versionFaults(wrong), [`native/package.json says 9.9.9, and Cargo.toml ${version}`]);
  const lock = texts["Cargo.lock"].replace(
    `name = "saga-domain"\nversion = "${version}"`,
    'name = "saga-domain"\nversion = "8.8.8"',
  );
  assert.deepEqual(versionFaults({ ...texts, "Cargo.lock": lock }), [
    `Cargo.lock says 8.8.8, and Cargo.toml ${version}`,
  ]);
});

test("what a changelog may look like", () => {
  const cases = [
    ["## 0.2.0 (unreleased)\n\n- a\n\n## 0.1.0 (2026-01-31)\n\n- b\n", "0.1.0", []],
    ["## 0.2.0 (unreleased)\n\n- a\n", "0.2.0", []],
    ["## 0.1.0 (2026-01-31)\n\n- b\n", "0.1.0", []],
    ["# Changelog\n", "0.1.0", ["CHANGELOG.md has no section"]],
    ["## 0.1.0\n\n- b\n", "0.1.0", ['CHANGELOG.md: "0.1.0" is not "1.2.3 (2026-01-31)" or "1.2.3 (unreleased)"']],
    ["## 0.1.0 (2026-01-31)\n\nwords\n", "0.1.0", ["CHANGELOG.md: nothing is said about 0.1.0"]],
    ["## 0.1.0 (2026-01-31)\n\n- b\n", "0.2.0", ["CHANGELOG.md begins with 0.1.0, and the files say 0.2.0"]],
    ["## 0.3.0 (2026-01-31)\n\n- b\n", "0.2.0", ["CHANGELOG.md begins with 0.3.0, and the files say 0.2.0"]],
    [
      "## 0.9.0 (2026-02-01)\n\n- b\n## 0.10.0 (unreleased)\n\n- a\n",
      "0.9.0",
      ["CHANGELOG.md: 0.9.0 stands above 0.10.0", "CHANGELOG.md: 0.10.0 is older than 0.9.0 and not released"],
    ],
  ];
  for (const [text, version, faults] of cases) assert.deepEqual(changelogFaults(text, version), faults, text);
});

test("a release gives its section the version and the day", () => {
  const before = "# Changelog\n\n## 0.2.0 (unreleased)\n\n- a\n\n## 0.1.0 (2026-01-31)\n\n- b\n";
  const after = released(before, "1.0.0", "2026-03-04");
  assert.deepEqual(
    sections(after).map(({ version, date, notes }) => [version, date, notes]),
    [
      ["1.0.0", "2026-03-04", "- a"],
      ["0.1.0", "2026-01-31", "- b"],
    ],
  );
  assert.throws(() => released(after, "1.1.0", "2026-03-05"), /no unreleased section/);
});
