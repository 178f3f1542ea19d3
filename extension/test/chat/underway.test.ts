import assert from "node:assert/strict";
import { test } from "node:test";
import { keepUnderway } from "../../src/chat/underway";

const asked = { session: "s", turn: "t", text: "왜?", context: [] };

test("what was being answered is known to the next window, for a while", () => {
  const stored = new Map<string, unknown>();
  const store = {
    get: <T>(key: string) => stored.get(key) as T | undefined,
    update: (key: string, value: unknown) => stored.set(key, value),
  };
  let now = 1_000_000;
  const open = () => keepUnderway(store, () => now);
  const first = open();
  assert.equal(first.get(), undefined);
  first.begin(asked);
  first.end(true);
  now += 20_000;
  assert.deepEqual(open().get(), asked);
  now += 20_000;
  assert.equal(open().get(), undefined, "a question of yesterday is not asked again");
  first.begin(asked);
  first.end(false);
  assert.equal(open().get(), undefined);
});
