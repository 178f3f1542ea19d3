import assert from "node:assert/strict";
import { test } from "node:test";
import { markdownOf } from "../../src/chat/markdownOf";
import type { Turn } from "../../src/chat/turns";

const headings = { title: "Sum\nup", question: "Question", answer: "Answer" };
const turn = (user: string, answer: string, context: string[] = []): Turn => ({
  id: "t",
  user,
  answer,
  context,
  notes: ["grey"],
  state: { kind: "done" },
});

function check(turns: Turn[], expected: string) {
  assert.equal(markdownOf({ turns }, headings), expected);
}

test("questions are quotations and answers stand as they are", () => {
  check(
    [turn("# 왜?\n\nWhy", "Because\n\n```py\nx = 1\n```\n", ["calc.py 1–2", "b.py"])],
    "# Sum up\n\n## Question\n\n`calc.py 1–2`, `b.py`\n\n> # 왜?\n>\n> Why\n\n## Answer\n\nBecause\n\n```py\nx = 1\n```\n",
  );
});

test("an answer that was stopped inside a fence does not swallow the next question", () => {
  check(
    [turn("a", "~~~~md\n```\nx"), turn("b", "")],
    "# Sum up\n\n## Question\n\n> a\n\n## Answer\n\n~~~~md\n```\nx\n~~~~\n\n## Question\n\n> b\n",
  );
});
