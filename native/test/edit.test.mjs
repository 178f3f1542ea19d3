import assert from "node:assert/strict";
import { test } from "node:test";
import { codeOf, events, finish, say, withEngine } from "./server.mjs";

const uri = "file:///project/a.py";
const source = "# 덧셈 😀\ndef add(a, b):\n    return a + b\n";

function answering(text) {
  return (response) => {
    say(response, text);
    finish(response);
  };
}

/** What an answer would make of the source, and all of its events. */
async function edited(reply) {
  const all = await events(reply);
  const [edit] = all.findLast((event) => event.kind === "edit").edits;
  return { all, text: source.slice(0, edit.startOffset) + edit.text + source.slice(edit.endOffset) };
}

function withSource(answer, work) {
  return withEngine(answer, (engine, server) => {
    engine.openDocument({ uri, languageId: "python", version: 3, text: source });
    return work(engine, server);
  });
}

const definition = { startOffset: source.indexOf("def"), endOffset: source.length };
const cursor = { startOffset: source.indexOf("return"), endOffset: source.indexOf("return") };

test("a definition gets documentation", () =>
  withSource(answering('def add(a, b):\n    """두 수의 합."""\n    return a + b\n'), async (engine) => {
    const { text } = await edited(engine.edit({ uri, ...definition, task: "document" }));
    assert.equal(text, source.replace("    return", '    """두 수의 합."""\n    return'));
  }));

test("an explanation is text, and no edit", () =>
  withSource(answering("두 수를 더합니다."), async (engine, server) => {
    const all = await events(engine.edit({ uri, ...cursor, task: "explain", instruction: "설명해 줘" }));
    assert.deepEqual(
      all.map((event) => event.kind),
      ["text", "done"],
    );
    assert.equal(all[0].text, "두 수를 더합니다.");
    assert.match(server.prompts[0], /설명해 줘/);
  }));

test("new code is put below the cursor's line, and its context is in the prompt", () =>
  withSource(answering("print(add(1, 2))\n"), async (engine, server) => {
    const context = [{ path: "b.py", language: "python", text: "PRICE = 3" }];
    const request = { uri, startOffset: source.length, endOffset: source.length, task: "generate" };
    const { text } = await edited(engine.edit({ ...request, instruction: "1과 2의 합을 출력", context }));
    assert.equal(text, `${source}print(add(1, 2))\n`);
    assert.match(server.prompts[0], /From b\.py:\n```python\nPRICE = 3/);
  }));

test("an earlier answer, its problem and the user's words are told", () =>
  withSource(answering("    return b + a\n"), async (engine, server) => {
    const tried = { answer: "    return a +", problem: "line 3: `)` is missing", instruction: "순서를 바꿔" };
    await events(engine.edit({ uri, ...cursor, task: "refactor", instruction: "단순하게", tried }));
    for (const told of ["return a +", "line 3: `)` is missing", "순서를 바꿔", "단순하게"]) {
      assert.ok(server.prompts[0].includes(told), told);
    }
  }));

test("what belongs to a problem is told with it", () =>
  withSource(answering("def add(a, b):\n    return a - b\n"), async (engine, server) => {
    const related = [{ path: "b.py", line: 7, message: "여기서 쓰입니다" }];
    const problem = { ...cursor, message: "wrong sign", severity: "error", related, hover: "(a: int) -> int" };
    const { text } = await edited(engine.fix({ uri, diagnostics: [problem] }));
    assert.equal(text, source.replace("a + b", "a - b"));
    for (const told of ["wrong sign", "b.py:7: 여기서 쓰입니다", "(a: int) -> int"]) {
      assert.ok(server.prompts[0].includes(told), told);
    }
  }));

test("a commit message is text, without what a model says around it", () =>
  withEngine(answering('커밋 메시지:\n\n```\n"덧셈을 고친다"\n```\n'), async (engine, server) => {
    const text = "diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-a - b\n+a + b\n";
    const all = await events(engine.write({ task: "commit_message", text, examples: ["뺄셈을 더한다"] }));
    assert.deepEqual(
      all.filter((event) => event.kind === "text").map((event) => event.text),
      ["덧셈을 고친다"],
    );
    assert.match(server.prompts[0], /\+a \+ b/);
    assert.match(server.prompts[0], /뺄셈을 더한다/);
    assert.equal(
      codeOf(() => engine.write({ task: "commit_message", text: " " })),
      "invalid_request",
    );
  }));

test("what cannot be asked is refused at once with a code", () =>
  withSource(undefined, (engine) => {
    const code = (request) => codeOf(() => engine.edit({ uri, ...cursor, ...request }));
    assert.equal(code({ task: "refactor" }), "invalid_request");
    assert.equal(code({ task: "explain", startOffset: 900, endOffset: 900 }), "offset_out_of_range");
    assert.equal(code({ task: "explain", instruction: "x".repeat(20_000) }), "too_large");
    const secrets = [{ path: ".env", language: "plaintext", text: "A=1" }];
    assert.equal(code({ task: "explain", context: secrets }), "private_file");
    assert.equal(code({ task: "generate", uri: "file:///closed.py" }), "unknown_document");
  }));
