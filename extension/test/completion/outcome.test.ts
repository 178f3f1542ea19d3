import assert from "node:assert/strict";
import { test } from "node:test";
import { counted, countOn } from "../../src/completion/outcome";

test("the counts of a day begin anew the next day", () => {
  const monday = counted(counted(undefined, "Mon", "shown"), "Mon", "shown");
  assert.equal(countOn(monday, "Mon", "shown"), 2);
  assert.equal(countOn(monday, "Tue", "shown"), 0);
  const tuesday = counted(monday, "Tue", "accepted");
  assert.deepEqual([countOn(tuesday, "Tue", "shown"), countOn(tuesday, "Tue", "accepted")], [0, 1]);
});
