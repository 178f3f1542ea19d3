import assert from "node:assert/strict";
import { test } from "node:test";
import { firstLines, firstWithin, LAYOUTS, lastLines, lastWithin } from "./layouts.mjs";

const count = (text) => text.length;

test("windows hold whole lines and no more tokens than they may", () => {
  assert.equal(lastWithin("aaaa\nbb\ncc", 5, count), "bb\ncc");
  assert.equal(lastWithin("aaaa\nbb\ncc", 4, count), "cc");
  assert.equal(lastWithin("a line that is too long", 4, count), "a line that is too long");
  assert.equal(firstWithin("aa\nbb\ncccc", 6, count), "aa\nbb");
  assert.equal(firstWithin("a line that is too long", 4, count), "");
  assert.equal(lastLines("a\nb\nc", 2), "b\nc");
  assert.equal(firstLines("a\nb\nc", 2), "a\nb");
});

const lines = Array.from({ length: 900 }, (_, index) => `let value_${index} = compute(${index});`);
const place = {
  before: `${lines.slice(0, 600).join("\n")}\nlet here = `,
  after: `\n${lines.slice(600).join("\n")}`,
  path: "src/here.rs",
  others: [{ path: "src/other.rs", text: "pub fn compute(index: u64) -> u64 {\n    index\n}\n" }],
  count: (text) => Math.ceil(text.length / 4),
};

for (const { layout, write } of LAYOUTS) {
  test(`the prompt holds what stands before the cursor: ${layout}`, () => {
    const prompt = write(place);
    assert.ok(prompt.includes("let value_599 = compute(599);\nlet here = "), prompt.slice(-300));
    assert.equal(prompt.includes("value_600"), !layout.includes("no suffix"));
    assert.ok(prompt.length < place.before.length + place.after.length);
  });
}
