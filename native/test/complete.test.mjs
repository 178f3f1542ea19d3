import assert from "node:assert/strict";
import { test } from "node:test";
import { codeOf, events, finish, say, withEngine } from "./server.mjs";

const uri = "file:///project/a.py";

function open(engine, text, name = uri) {
  engine.openDocument({ uri: name, languageId: "python", version: 1, text });
}

function answering(text) {
  return (response) => {
    say(response, text);
    finish(response);
  };
}

/** A model that goes on with this line from wherever its prompt ends in it. */
function continuing(line) {
  return (response, prompt) => answering(line.slice(prompt.length - 1 - prompt.lastIndexOf("\n")))(response);
}

/** The last completion of an answer; absent when nothing is to be shown. */
async function shown(reply) {
  return (await events(reply)).findLast((event) => event.kind === "completion");
}

test("beside the suggest widget the answer begins with its choice, whose place is replaced", () =>
  withEngine(continuing("제목.upper()"), async (engine) => {
    const text = "제목 = '😀'\n제목.up";
    open(engine, text);
    const end = text.length;
    const selected = { startOffset: end - 2, endOffset: end, text: "upper" };
    const chosen = await shown(engine.complete({ uri, offset: end, trigger: "invoke", selected }));
    assert.deepEqual(chosen, {
      kind: "completion",
      text: "upper()",
      startOffset: end - 2,
      endOffset: end,
      final: true,
    });
    // The document itself is as it was.
    const plain = await shown(engine.complete({ uri, offset: end, trigger: "invoke" }));
    assert.deepEqual(plain, { kind: "completion", text: "per()", startOffset: end, endOffset: end, final: true });
  }));

test("a choice that is not in the document is refused with a code", () =>
  withEngine(undefined, (engine) => {
    open(engine, "a😀b");
    const code = (startOffset, endOffset) =>
      codeOf(() =>
        engine.complete({ uri, offset: 4, trigger: "invoke", selected: { startOffset, endOffset, text: "x" } }),
      );
    for (const [start, end] of [
      [2, 4],
      [0, 2],
      [0, 5],
      [-1, 0],
      [3, 1],
      [0.5, 1],
      [Number.NaN, 1],
    ]) {
      assert.equal(code(start, end), "offset_out_of_range", `${start}..${end}`);
    }
  }));

test("the cells above come before the cell", () =>
  withEngine(answering(" rows"), async (engine, server) => {
    const cells = ["cell:1", "cell:2", "cell:3"];
    open(engine, "이름 = '첫째'\n", cells[0]);
    open(engine, "둘째 = 2\r\n", cells[1]);
    open(engine, "total = ", cells[2]);
    const above = [cells[0], "cell:closed", cells[1]];
    const found = await shown(engine.complete({ uri: cells[2], offset: 8, trigger: "invoke", above }));
    assert.equal(found.startOffset, 8);
    const [prompt] = server.prompts;
    const places = ["이름 = '첫째'", "둘째 = 2", "total ="].map((text) => prompt.indexOf(text));
    assert.ok(places[0] >= 0 && places[0] < places[1] && places[1] < places[2], prompt);
  }));

test("in comments and strings nothing is shown while typing, when that is wanted", () =>
  withEngine(answering(" text"), async (engine, server) => {
    const comment = "# 설명";
    const text = `${comment}\nx = "글`;
    open(engine, text);
    const ask = (offset, trigger, skip) => shown(engine.complete({ uri, offset, trigger, skip }));
    const both = { comments: true, strings: true };
    assert.equal(await ask(comment.length, "automatic", both), undefined);
    assert.equal(await ask(text.length, "automatic", { strings: true }), undefined);
    assert.equal(server.prompts.length, 0);
    const { dropped } = engine.stats();
    assert.deepEqual(dropped, { in_comment: 1, in_string: 1 });
    assert.notEqual(await ask(comment.length, "invoke", both), undefined);
  }));

test("a prefill answers nothing and is counted apart", () =>
  withEngine(
    undefined,
    async (engine, server) => {
      const text = "def add(a, b):\n    return a + b\n".repeat(40);
      open(engine, text);
      const code = (request) => codeOf(() => engine.prefill(request));
      assert.equal(code({ uri: "nowhere", offset: 0 }), "unknown_document");
      assert.equal(code({ uri, offset: text.length + 1 }), "offset_out_of_range");
      const asked = server.asked();
      assert.equal(engine.prefill({ uri, offset: text.length }), undefined);
      await asked;
      assert.equal(engine.stats().prefills, 1);
      assert.equal(engine.stats().requestsSent, 0);
    },
    { background: true },
  ));

test("big inputs are taken or refused, and never end the process", () =>
  withEngine(answering(" 1"), async (engine) => {
    open(engine, "x = ");
    const above = Array.from({ length: 10_000 }, (_, nth) => `cell:${nth}`);
    assert.notEqual(await shown(engine.complete({ uri, offset: 4, trigger: "invoke", above })), undefined);
    const selected = { startOffset: 0, endOffset: 4, text: "가".repeat(20 << 20) };
    assert.equal(
      codeOf(() => engine.complete({ uri, offset: 4, trigger: "invoke", selected })),
      "too_large",
    );
  }));
