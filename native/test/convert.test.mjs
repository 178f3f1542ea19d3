import assert from "node:assert/strict";
import { test } from "node:test";
import { codeOf, events, finish, say, withEngine } from "./server.mjs";

const uri = "file:///project/a.py";

function open(engine, text) {
  engine.openDocument({ uri, languageId: "python", version: 1, text });
}

/** The last completion of an answer made by hand. */
async function complete(engine, offset) {
  const all = await events(engine.complete({ uri, offset, trigger: "invoke" }));
  return all.findLast((event) => event.kind === "completion");
}

function answering(text) {
  return (response) => {
    say(response, text);
    finish(response);
  };
}

test("offsets count UTF-16 units, whatever the characters", async () => {
  for (const line of ["x = ", "한글 = ", "😀🎉 = ", "é́ = ", "𝒳 = "]) {
    await withEngine(answering(" 1"), async (engine, server) => {
      open(engine, line);
      const found = await complete(engine, line.length);
      assert.deepEqual(found, {
        kind: "completion",
        text: "1",
        startOffset: line.length,
        endOffset: line.length,
        final: true,
      });
      assert.ok(server.prompts[0].endsWith(line.trimEnd()), server.prompts[0]);
    });
  }
});

test("a place inside a surrogate pair is none", () =>
  withEngine(undefined, (engine) => {
    open(engine, "a😀b");
    const at = (offset) => codeOf(() => engine.complete({ uri, offset, trigger: "invoke" }));
    assert.equal(at(2), "offset_out_of_range");
    for (const offset of [-1, 5, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 40]) {
      assert.equal(at(offset), "offset_out_of_range", `${offset}`);
    }
    const split = { startOffset: 2, endOffset: 3, text: "x" };
    assert.equal(
      codeOf(() => engine.changeDocument({ uri, version: 2, changes: [split] })),
      "stale_document",
    );
  }));

test("a lone surrogate keeps every offset true", async () => {
  await withEngine(answering(" 1"), async (engine, server) => {
    // A pair that arrives in halves, as an editor may report it, and one half that stays alone.
    open(engine, "x\ud83d = ");
    const changes = [
      { startOffset: 2, endOffset: 2, text: "\ude00" },
      { startOffset: 0, endOffset: 1, text: "name" },
    ];
    engine.changeDocument({ uri, version: 2, changes });
    const found = await complete(engine, "name\ud83d\ude00 = ".length);
    assert.equal(found.startOffset, "name\ud83d\ude00 = ".length);
    assert.ok(server.prompts[0].includes("name\ufffd\ufffd ="), server.prompts[0]);
  });
});

test("changes are applied one after another, each to what the ones before left", async () => {
  await withEngine(answering(" 1"), async (engine, server) => {
    open(engine, "가나다\n");
    const changes = [
      { startOffset: 2, endOffset: 3, text: "😀라" },
      { startOffset: 0, endOffset: 1, text: "" },
      { startOffset: 3, endOffset: 4, text: " = " },
    ];
    engine.changeDocument({ uri, version: 2, changes });
    assert.equal((await complete(engine, "나😀 = ".length)).startOffset, 6);
    assert.ok(server.prompts[0].endsWith("나😀 ="), server.prompts[0]);
  });
});

test("a thousand random edits leave the text that JavaScript has", async () => {
  await withEngine(answering(" 1"), async (engine, server) => {
    const pieces = ["a", "가", "😀", "é", "\r\n", "\n", "ㅎ", "한글", ""];
    let seed = 7;
    const random = (below) => {
      seed = (seed * 48271) % 2147483647;
      return seed % below;
    };
    let text = "start\n";
    open(engine, text);
    const boundary = (offset) => (/[\udc00-\udfff]/.test(text[offset] ?? "") ? offset - 1 : offset);
    for (let version = 2; version < 1002; version++) {
      const start = boundary(random(text.length + 1));
      const end = boundary(Math.min(text.length, start + random(4)));
      const change = { startOffset: start, endOffset: Math.max(start, end), text: pieces[random(pieces.length)] };
      engine.changeDocument({ uri, version, changes: [change] });
      text = text.slice(0, change.startOffset) + change.text + text.slice(change.endOffset);
    }
    const line = "\nlast = ";
    const change = { startOffset: text.length, endOffset: text.length, text: line };
    engine.changeDocument({ uri, version: 2000, changes: [change] });
    text += line;
    await complete(engine, text.length);
    const tail = text.slice(-60).replaceAll("\r\n", "\n").trimEnd();
    assert.ok(server.prompts[0].endsWith(tail.slice(tail.indexOf("\n") + 1)), server.prompts[0].slice(-80));
  });
});

test("line ends of the document come back", async () => {
  await withEngine(answering(" a = 1\n    return a\n"), async (engine) => {
    const text = "def f():\r\n    \r\n";
    open(engine, text);
    assert.equal((await complete(engine, text.length - 2)).text, "a = 1\r\n    return a");
  });
});
