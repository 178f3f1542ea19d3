import assert from "node:assert/strict";
import { test } from "node:test";
import { type Piece, readMarkdown } from "../../src/chat/page/markdown";

/** An answer in, its tree out, written like elements. */
function check(text: string, expected: string) {
  assert.equal(written(text), expected);
}

function written(text: string): string {
  return readMarkdown(text)
    .blocks.map(({ pieces }) => pieces.map(write).join(""))
    .join("\n");
}

function write(piece: Piece): string {
  switch (piece.kind) {
    case "text":
      return piece.text;
    case "break":
      return "⏎";
    case "rule":
      return "(hr)";
    case "link":
      return `(a ${piece.url} ${piece.children.map(write).join("")})`;
    case "code":
      return `(pre ${[piece.language, piece.file].filter(Boolean).join(":")} ${JSON.stringify(piece.text)})`;
    case "element":
      return `(${piece.tag}${(piece.start ?? 1) === 1 ? "" : piece.start} ${piece.children.map(write).join("")})`;
  }
}

test("prose, lists, tables and code", () => {
  check(
    "# Why\n\nIt is *slow*, **very**.\nSee `total()`.",
    "(h1 Why)\n(p It is (em slow), (strong very).⏎See (code total()).)",
  );
  check("- a\n- b\n\n3. c", "(ul (li a)(li b))\n(ol3 (li c))");
  check("|a|b|\n|-|-|\n|1|2|", "(table (thead (tr (th a)(th b)))(tbody (tr (td 1)(td 2))))");
  check("```python\nx = 1\n```", '(pre python "x = 1\\n")');
  check("> quoted\n\n---", "(blockquote (p quoted))\n(hr)");
});

test("a fence may name its file", () => {
  check("```python src/calc.py\n1\n```", '(pre python:src/calc.py "1\\n")');
  check('```ts title="a.ts"\n1\n```', '(pre ts:a.ts "1\\n")');
  check("```text no file\n1\n```", '(pre text "1\\n")');
});

test("an answer may stop anywhere: what is open already has its shape", () => {
  check("Look:\n\n```rust\nfn main() {", '(p Look:)\n(pre rust "fn main() {")');
  check("It is **ve", "(p It is **ve)");
  check("- a\n- ", "(ul (li a)(li ))");
});

test("HTML is text", () => {
  check("<script>alert(1)</script>", "(p <script>alert(1)</script>)");
  check('a <img src=x onerror="alert(1)"> b', '(p a <img src=x onerror="alert(1)"> b)');
  check("<!-- <b> -->\n<iframe srcdoc='x'></iframe>", "(p <!-- <b> -->⏎<iframe srcdoc='x'></iframe>)");
});

test("only plain web addresses are links", () => {
  check("[a](https://example.com/x)", "(p (a https://example.com/x a))");
  for (const target of [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "&#106;avascript:alert(1)",
    "javascript&colon;alert(1)",
    "data:text/html,<b>",
    "vbscript:x",
    "file:///etc/passwd",
    "command:workbench.action.quit",
    "vscode://x/y",
    "//example.com",
    "#top",
  ]) {
    assert.ok(!written(`[a](${target})`).includes("(a "), target);
    assert.ok(!written(`<${target}>`).includes("(a "), target);
    assert.ok(!written(`[a][r]\n\n[r]: ${target}`).includes("(a "), target);
  }
});

test("a written-out address is a link; a file or a mail address is none", () => {
  check("See https://example.com.", "(p See (a https://example.com https://example.com).)");
  check("calc.py, example.com, a@b.com", "(p calc.py, example.com, a@b.com)");
});

test("a picture is its description and is never fetched", () => {
  check("![a cat](https://example.com/cat.png)", "(p a cat)");
});

test("a growing answer reads as the whole one would, however it is cut", () => {
  const answers = [
    "First\nline.\n\n```js\nlet a;\n\n```\n\n- one\n- two\n\n  more\n\n1. x\n\ntext",
    "Title\n=====\n|a|b|\n|-|-|\n|1|2|\n\n> quote\nlazy\n\n    code\n\n    more\n---\n",
    "- a\n\n  ```py\n  x\n  ```\n- b\n~~~\nopen",
    "가나다\r\n\r\n# 제목\r\n\r\n끝",
    "a\r\rb\r\r- c",
    "````md\n```js\nx\n```\n````\nend",
    "~~~\na\n~~\n~~~~ \nb",
    "```a\n  ```x\n``` y\n   ```\nz",
    "```\n\tx\0\r\n```\r\nb",
    "```py `no fence\nx\n```\ny",
    "> ```\n> a\n\n```\n> b",
  ];
  for (const answer of answers) {
    for (const step of [1, 3, 7]) {
      let reading = readMarkdown("");
      for (let end = 0; end <= answer.length; end += step) reading = readMarkdown(answer.slice(0, end), reading);
      assert.deepEqual(readMarkdown(answer, reading), readMarkdown(answer), `${step}: ${answer}`);
    }
  }
});

test("a block that is complete stays the same object while the answer grows", () => {
  const before = readMarkdown("First.\n\n```js\nlet a;\n```\n\n- one\n- tw");
  const after = readMarkdown(`${before.text}o`, before);
  assert.deepEqual(
    after.blocks.map(({ source }) => source),
    ["First.\n", "```js\nlet a;\n```\n", "- one\n- two"],
  );
  assert.equal(after.blocks[0], before.blocks[0]);
  assert.equal(after.blocks[1], before.blocks[1]);
});
