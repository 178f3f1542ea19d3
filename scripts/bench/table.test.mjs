import assert from "node:assert/strict";
import { test } from "node:test";
import { markdown, table } from "./table.mjs";

const rows = [
  { name: "key", took_ms: 1.5 },
  { name: "edit in 10 lines", took_ms: 12 },
];

test("numbers stand to the right and names to the left", () => {
  assert.equal(
    table(rows),
    ["name              took ms", "key                   1.5", "edit in 10 lines       12"].join("\n"),
  );
});

test("a document gets the same rows", () => {
  assert.equal(markdown(rows), "| name | took ms |\n| --- | --- |\n| key | 1.5 |\n| edit in 10 lines | 12 |");
});
