import assert from "node:assert/strict";
import { test } from "node:test";
import { splitDiff, withoutPrivate } from "../../src/commitMessage/diffFiles";

const shown =
  "diff --git a/cart.py b/cart.py\nindex 1..2 100644\n--- a/cart.py\n+++ b/cart.py\n@@ -1 +1 @@\n-a\n+diff --git b\n";
const hidden =
  'diff --git "a/\\353\\271\\204\\353\\260\\200/key" "b/\\353\\271\\204\\353\\260\\200/key"\n--- /dev/null\n+++ "b/\\353\\271\\204\\353\\260\\200/key"\n@@ -0,0 +1 @@\n+SECRET\n';
const moved =
  "diff --git a/.env b/env.txt\nsimilarity index 90%\nrename from .env\nrename to env.txt\n--- a/.env\n+++ b/env.txt\n@@ -1 +1 @@\n+TOKEN\n";
const isPrivate = async (path: string) => path === "비밀/key" || path === ".env";

test("a diff is taken apart by its files, and nothing of it is lost", () => {
  const diff = shown + hidden + moved;
  const files = splitDiff(diff);
  assert.deepEqual(
    files.map(({ paths }) => paths),
    [
      ["cart.py", "a/cart.py", "b/cart.py"],
      ["비밀/key", "b/비밀/key"],
      [".env", "env.txt", "a/.env", "b/env.txt"],
    ],
  );
  assert.equal(files.map(({ header, body }) => header + body).join(""), diff);
});

test("of private files nothing but the name goes along", async () => {
  const text = await withoutPrivate(shown + hidden + moved, isPrivate);
  assert.ok(text.startsWith(shown));
  assert.doesNotMatch(text, /SECRET|TOKEN/);
  assert.match(text, /a private file/);
  assert.equal(await withoutPrivate(shown, isPrivate), shown);
});
