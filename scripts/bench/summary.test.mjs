import assert from "node:assert/strict";
import { test } from "node:test";
import { atMost } from "./figures.mjs";
import { summary } from "./summary.mjs";

const result = (name, commit, measured) => ({
  name,
  commit,
  machine: "2 × CPU",
  load_before: 0.1,
  load_after: 0.5,
  figures: [atMost(name, measured, 1, "ms")],
});

test("figures of several runs stand together, and what they were measured on is said", () => {
  const shown = summary([result("hit", "abc", 0.5), result("keystroke", "abc", 2), result("reuse", "def", 1)]);
  assert.deepEqual(
    shown.figures.map(({ figure, holds }) => `${figure} ${holds}`),
    ["hit yes", "keystroke no", "reuse yes"],
  );
  assert.equal(shown.held, 2);
  assert.deepEqual(shown.measured, [
    "commit abc, 2 × CPU: hit (load 0.1 to 0.5), keystroke (load 0.1 to 0.5)",
    "commit def, 2 × CPU: reuse (load 0.1 to 0.5)",
  ]);
});
