import assert from "node:assert/strict";
import { test } from "node:test";
import { shareLeft } from "../../src/completion/similarity";
import { FOLLOWED_MAX, judge, Survival } from "../../src/completion/survival";

const accepted = "for item in items:\n    total += item.price\n";

/** `work` changes the document that the accepted text stands in; each pair is a text and its replacement. */
function check(expected: "survived" | "changed", ...work: [string, string][]): void {
  let text = `def f(items):\n    ${accepted}    return total\n`;
  const survival = new Survival();
  const start = text.indexOf(accepted);
  const id = survival.watch({ uri: "a", language: "python", start, end: start + accepted.length, text: accepted });
  for (const [old, now] of work) {
    const at = text.indexOf(old);
    assert.notEqual(at, -1, old);
    survival.edited("other", [{ start: 0, end: 5, text: "" }]);
    survival.edited("a", [{ start: at, end: at + old.length, text: now }]);
    text = text.slice(0, at) + now + text.slice(at + old.length);
  }
  const now = survival.leave(id);
  assert.ok(now);
  const outcome = judge(now, text.slice(now.start, now.end));
  assert.deepEqual(outcome, { kind: expected, language: "python", characters: accepted.length });
  assert.equal(survival.leave(id), undefined, "judged once");
}

test("untouched, it survives", () => check("survived"));

test("changes around it do not matter", () => check("survived", ["def f", "async def g"], ["return total", "pass"]));

test("a name changed in it survives", () => check("survived", ["item.price", "item.cost"]));

test("another indentation survives", () => check("survived", ["    total", "\t\ttotal"]));

test("lines written into it survive", () => check("survived", ["items:\n", "items:\n    # free items are skipped\n"]));

test("most of it rewritten is a change", () =>
  check("changed", ["item in items:\n    total += item.price", "x in y: pass"]));

test("undone or deleted is a change", () => check("changed", [accepted, ""]));

test("a replaced file that still holds it survives", () =>
  check("survived", [`def f(items):\n    ${accepted}`, `import os\ndef f(items):\n    ${accepted}`]));

test("the share counts words and signs in order", () => {
  const cases: [string, string, number][] = [
    ["a b c", "a b c", 1],
    ["a b c d", "a x c", 0.5],
    ["a b", "b a", 0.5],
    ["상품을 담는다", "상품을 담아요", 0.5],
    ["a", "", 0],
    ["  ", "x", 1],
  ];
  for (const [before, now, share] of cases) assert.equal(shareLeft(before, now), share, `${before} → ${now}`);
});

test("very long texts are compared in bounded time", () => {
  assert.equal(shareLeft("a ".repeat(1_000_000), "a ".repeat(1_000_000)), 1);
});

test("more than can be followed forgets the oldest", () => {
  const survival = new Survival();
  const one = { uri: "a", language: "python", start: 0, end: 1, text: "x" };
  const ids = Array.from({ length: FOLLOWED_MAX + 1 }, () => survival.watch(one));
  assert.equal(survival.within("a").length, FOLLOWED_MAX);
  assert.equal(survival.leave(ids[0] as number), undefined);
});
