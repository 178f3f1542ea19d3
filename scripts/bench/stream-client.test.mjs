import assert from "node:assert/strict";
import { test } from "node:test";
import { ends, endsOnce, isWhole } from "./stream-client.mjs";

const stream = (...events) => events.map((event) => `${event}\n\n`).join("");
const text = 'data: {"choices":[{"text":"data: [DONE]"}]}';

test("ends are events, not words of an answer", () => {
  assert.deepEqual(ends(stream(text, "data: [DONE]")), { dones: 1, errors: 0 });
  assert.deepEqual(ends(stream(text, 'event: error\ndata: {"error":{}}')), { dones: 0, errors: 1 });
  assert.deepEqual(ends(stream(text)), { dones: 0, errors: 0 });
});

test("a whole answer has one end, and no answer has two", () => {
  const answer = { left: false, status: 200, dones: 1, errors: 0 };
  assert.ok(isWhole(answer) && endsOnce(answer));
  for (const wrong of [{ dones: 0 }, { dones: 2 }, { errors: 1 }]) {
    assert.ok(!isWhole({ ...answer, ...wrong }) && !endsOnce({ ...answer, ...wrong }));
  }
  assert.ok(endsOnce({ ...answer, dones: 0, left: true }));
  assert.ok(endsOnce({ ...answer, dones: 0, status: 429 }));
});
