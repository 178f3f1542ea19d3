import assert from "node:assert/strict";
import { test } from "node:test";
import { categoryOffers, readQuery } from "../../src/chat/context/categories";
import { fileDiffs } from "../../src/chat/context/diffs";
import { lastLines } from "../../src/chat/context/lastLines";
import { beginsLike } from "../../src/chat/hangul";

const labels = (query: string) => categoryOffers(query, String).map(({ label, goesOn }) => label + (goesOn ? "…" : ""));

test("categories are found by their names in both languages, also half typed", () => {
  assert.deepEqual(labels(""), ["@file…", "@folder…", "@symbol…", "@problems", "@terminal", "@git"]);
  assert.deepEqual(labels("f"), ["@file…", "@folder…"]);
  assert.deepEqual(labels("F"), ["@file…", "@folder…"]);
  assert.deepEqual(labels("ㅍ"), ["@file…", "@folder…"]);
  assert.deepEqual(labels("파"), ["@file…"]);
  assert.deepEqual(labels("터ㅁ"), ["@terminal"]);
  assert.deepEqual(labels("zip"), []);
});

test("a query names what is looked for, and where", () => {
  assert.deepEqual(readQuery("file:calc"), { only: "file", text: "calc" });
  assert.deepEqual(readQuery("심벌:총합"), { only: "symbol", text: "총합" });
  assert.deepEqual(readQuery("problems:x"), { only: undefined, text: "problems:x" });
  assert.deepEqual(readQuery("std::vec"), { only: undefined, text: "std::vec" });
});

test("a name begins like the letters of a syllable that is not finished", () => {
  for (const typed of ["", "ㄱ", "계", "계ㅅ", "계사", "계산", "계산ㄱ", "계산기"])
    assert.ok(beginsLike("계산기", typed), typed);
  for (const typed of ["ㅅ", "계ㄱ", "개", "계산기s"]) assert.ok(!beginsLike("계산기", typed), typed);
  assert.ok(beginsLike("계산기".normalize("NFD"), "계사"));
});

test("a diff is taken apart by files, whatever they are called", () => {
  const diff = [
    "diff --git a/src/calc.py b/src/calc.py\nindex 1..2 100644\n--- a/src/calc.py\n+++ b/src/calc.py\n@@ -1 +1 @@\n-a\n+b\n",
    'diff --git "a/\\354\\225\\210 b.py" "b/\\354\\225\\210 b.py"\n--- "a/\\354\\225\\210 b.py"\n+++ "b/\\354\\225\\210 b.py"\n@@ -1 +1 @@\n-diff --git a/x b/x\n+y\n',
    "diff --git a/.env b/.env\ndeleted file mode 100644\n--- a/.env\n+++ /dev/null\n@@ -1 +0,0 @@\n-KEY=1\n",
    "diff --git a/old name.bin b/new name.bin\nsimilarity index 100%\nrename from old name.bin\nrename to new name.bin\n",
    "diff --git a/run me.sh b/run me.sh\nold mode 100644\nnew mode 100755\n",
  ];
  const files = fileDiffs(`${diff.join("")}\n`);
  assert.deepEqual(
    files.map(({ path }) => path),
    ["src/calc.py", "안 b.py", ".env", "new name.bin", "run me.sh"],
  );
  assert.equal(files.map(({ text }) => text).join(""), `${diff.join("")}\n`);
  assert.deepEqual(fileDiffs(""), []);
});

test("of a long output the last whole lines are kept", () => {
  assert.equal(lastLines("one\ntwo\nthree", 9), "three");
  assert.equal(lastLines("one\ntwo", 100), "one\ntwo");
  assert.equal(lastLines("onetwothree", 5), "three");
});
