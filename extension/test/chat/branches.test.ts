import assert from "node:assert/strict";
import { test } from "node:test";
import { branchesOf, familyOf, type Member } from "../../src/chat/branches";

/** `b:a@r2` is the conversation `b`, made from `a` after the turn `r2`; they are made in their order. */
function members(...written: string[]): Member[] {
  return written.map((one, createdAt) => {
    const [id = "", from] = one.split(":");
    if (from === undefined) return { id, createdAt };
    const [session = "", after] = from.split("@");
    return { id, createdAt, forkOf: { session, ...(after && { after }) } };
  });
}

/** `r1 a [b]`: after `r1` there are `a` and `b`, and `b` is shown. */
function shown(session: string, ...written: string[]): string[] {
  return branchesOf(session, members(...written))
    .map(
      ({ after, sessions, at }) => `${after || "-"} ${sessions.map((id, i) => (i === at ? `[${id}]` : id)).join(" ")}`,
    )
    .sort();
}

test("a conversation alone has no versions, nor has one that is not known", () => {
  assert.deepEqual(shown("a", "a", "b"), []);
  assert.deepEqual(shown("x", "a", "b:a@r1"), []);
});

test("both sides of a fork see the other", () => {
  assert.deepEqual(shown("a", "a", "b:a@r1"), ["r1 [a] b"]);
  assert.deepEqual(shown("b", "a", "b:a@r1"), ["r1 a [b]"]);
  assert.deepEqual(shown("b", "a", "b:a"), ["- a [b]"]);
});

test("asked a third time, wherever from, it is the third version of that place", () => {
  assert.deepEqual(shown("c", "a", "b:a@r1", "c:b@r1"), ["r1 a b [c]"]);
  assert.deepEqual(shown("a", "a", "b:a@r1", "c:b@r1"), ["r1 [a] b c"]);
});

test("a fork further down belongs to the version it came from", () => {
  const all = ["a", "b:a@r1", "c:b@r3"];
  assert.deepEqual(shown("c", ...all), ["r1 a [b]", "r3 a [c]"]);
  assert.deepEqual(shown("b", ...all), ["r1 a [b]", "r3 [a] c"]);
});

test("the first one may have been deleted", () => {
  assert.deepEqual(shown("b", "b:a@r1", "c:a@r1"), ["r1 [b] c"]);
  assert.deepEqual(shown("b", "b:a@r1"), []);
});

test("a circle, which no server makes, ends", () => {
  assert.doesNotThrow(() => shown("a", "a:b@r1", "b:a@r1"));
});

test("families are told apart", () => {
  const all = members("a", "b:a@r1", "c:b", "x", "y:x@r1", "q:gone@r2");
  const byId = new Map(all.map((one) => [one.id, one]));
  assert.deepEqual(
    all.map((one) => familyOf(one, byId)),
    ["a", "a", "a", "x", "x", "gone"],
  );
});
