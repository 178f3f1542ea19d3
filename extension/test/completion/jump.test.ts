import assert from "node:assert/strict";
import { test } from "node:test";
import { isFar } from "../../src/completion/jump";

test("a cursor is far in another file, or about a screen away", () => {
  const here = { uri: "a", line: 100 };
  assert.equal(isFar(undefined, here), true);
  assert.equal(isFar(here, { uri: "a", line: 130 }), false);
  assert.equal(isFar(here, { uri: "a", line: 20 }), true);
  assert.equal(isFar(here, { uri: "b", line: 100 }), true);
});
