import assert from "node:assert/strict";
import { test } from "node:test";
import { events, finish, say, withEngine } from "./server.mjs";

const uri = "file:///a.py";
const text = "def add(a, b):\n    return ";

/** Asks by hand at the end of the document. */
function ask(engine) {
  engine.openDocument({ uri, languageId: "python", version: 1, text });
  return engine.complete({ uri, offset: text.length, trigger: "invoke" });
}

/** Begins an answer and leaves it open. */
const begin = (response) => say(response, " a");

test("an answer comes, is counted, and is known the next time", async () => {
  const answer = (response) => {
    for (const piece of [" a", " +", " b"]) say(response, piece);
    finish(response);
  };
  await withEngine(answer, async (engine, server) => {
    const first = await events(ask(engine));
    assert.equal(first.at(-1).kind, "done");
    assert.equal(first.at(-1).fromCache, false);
    const again = engine.complete({ uri, offset: text.length, trigger: "automatic" });
    assert.deepEqual(
      (await events(again)).map((event) => event.text ?? event.fromCache),
      ["a + b", true],
    );
    const stats = engine.stats();
    assert.equal(stats.requestsSent, 1);
    assert.equal(stats.cacheHits, 1);
    assert.equal(stats.documentsOpen, 1);
    assert.ok(stats.bytesSent > 0 && stats.bytesReceived > 0 && stats.prepareMicrosLast > 0);
    assert.equal(server.prompts.length, 1);
  });
});

test("a refactoring is a whole edit against the version that was asked about", async () => {
  const answer = (response) => {
    say(response, "    return sum((a, b))\n");
    finish(response);
  };
  await withEngine(answer, async (engine) => {
    const source = "# 덧셈 😀\ndef add(a, b):\n    return a + b\n";
    engine.openDocument({ uri, languageId: "python", version: 5, text: source });
    const startOffset = source.indexOf("    return");
    const endOffset = source.length - 1;
    const all = await events(engine.refactor({ uri, startOffset, endOffset, instruction: "sum을 써 줘" }));
    const { version, edits } = all.findLast((event) => event.kind === "edit");
    assert.equal(version, 5);
    const [edit] = edits;
    assert.equal(
      source.slice(0, edit.startOffset) + edit.text + source.slice(edit.endOffset),
      source.replace("a + b", "sum((a, b))"),
    );
  });
});

test("cancelling ends the reply at once and closes the connection", async () => {
  await withEngine(begin, async (engine, server) => {
    const reply = ask(engine);
    await server.asked();
    const pending = reply.next();
    reply.cancel();
    let event = await pending;
    // What had arrived before is allowed, once.
    if (event !== null) event = await reply.next();
    assert.equal(event, null);
    await server.closed(0);
    assert.equal(await reply.next(), null);
  });
});

test("a reply that nobody holds any more is cancelled", async () => {
  await withEngine(begin, async (engine, server) => {
    const asked = server.asked();
    // In a function of its own, so that nothing keeps the handle.
    await (async () => void ask(engine))();
    await asked;
    let isClosed = false;
    const closed = server.closed(0).then(() => {
      isClosed = true;
    });
    while (!isClosed) {
      globalThis.gc();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await closed;
  });
});

test("a reply that is being read is not collected", async () => {
  let answer;
  await withEngine(
    (response) => {
      answer = response;
    },
    async (engine, server) => {
      const asked = server.asked();
      const pending = (() => ask(engine).next())();
      await asked;
      for (let round = 0; round < 20; round++) {
        globalThis.gc();
        await new Promise((resolve) => setImmediate(resolve));
      }
      say(answer, " a + b");
      finish(answer);
      assert.equal((await pending).kind, "completion");
    },
  );
});

test("closing the engine ends every reply", async () => {
  await withEngine(begin, async (engine, server) => {
    const reply = ask(engine);
    await server.asked();
    await reply.next();
    const pending = [reply.next(), reply.next()];
    engine.close();
    assert.deepEqual(await Promise.all(pending), [null, null]);
    await server.closed(0);
  });
});
