import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { codeOf, Engine, events, withEngine } from "./server.mjs";

const uri = "file:///a.py";

test("what is wrong with the settings has a code and names the setting", () => {
  const make = (options) => () => new Engine({ serverUrl: "http://127.0.0.1:1", ...options });
  for (const options of [
    { serverUrl: "nonsense" },
    { serverUrl: "ftp://a" },
    { token: "비밀" },
    { caPem: "nonsense" },
    { headers: { "a b": "c" } },
    { idleTimeoutMs: -1 },
  ]) {
    assert.equal(codeOf(make(options)), "invalid_setting", JSON.stringify(options));
    assert.throws(make(options), new RegExp(Object.keys(options)[0]));
  }
  assert.throws(make({ token: "비밀" }), (error) => !error.message.includes("비밀"));
});

test("what is wrong with a document has a code", () =>
  withEngine(undefined, (engine) => {
    const open = (text, version = 1) => engine.openDocument({ uri, languageId: "python", version, text });
    const change = (version, changes) => engine.changeDocument({ uri, version, changes });
    const complete = () => engine.complete({ uri, offset: 0, trigger: "invoke" });
    assert.equal(codeOf(complete), "unknown_document");
    assert.equal(
      codeOf(() => change(2, [])),
      "unknown_document",
    );
    open("x = 1\n", 3);
    assert.equal(
      codeOf(() => change(3, [])),
      "stale_document",
    );
    assert.equal(
      codeOf(() => change(4, [{ startOffset: 90, endOffset: 91, text: "" }])),
      "stale_document",
    );
    assert.equal(
      codeOf(() => change(4.5, [])),
      "invalid_request",
    );
    assert.equal(
      codeOf(() => open("x".repeat(50 << 20))),
      "too_large",
    );
    assert.equal(codeOf(complete), "unknown_document");
    assert.equal(
      codeOf(() => open("\0")),
      "unsupported",
    );
    assert.equal(
      codeOf(() => engine.chat({ text: " " })),
      "invalid_request",
    );
  }));

test("a closed engine says so, and its promises are settled", () =>
  withEngine(undefined, async (engine) => {
    engine.openDocument({ uri, languageId: "python", version: 1, text: "x = " });
    engine.close();
    engine.close();
    assert.equal(
      codeOf(() => engine.complete({ uri, offset: 0, trigger: "invoke" })),
      "shutting_down",
    );
    assert.equal((await engine.status()).code, "shutting_down");
    await assert.rejects(engine.sessions(), { code: "shutting_down" });
  }));

test("a failure of the server is an event with a code, and a rejection with a code", () =>
  withEngine(undefined, async (engine) => {
    const [failed] = await events(engine.chat({ text: "안녕?" }));
    assert.equal(failed.kind, "failed");
    assert.equal(failed.code, "unsupported");
    await assert.rejects(engine.sessions(), { code: "unsupported" });
    assert.deepEqual(await engine.status(), {
      kind: "ready",
      model: "small",
      template: "chatml",
      fim: false,
      contextLength: 4096,
      memory: "none",
    });
  }));

test("the sources keep their two promises: no unsafe code, and one file that knows UTF-16", () => {
  const folder = new URL("../src/", import.meta.url);
  for (const name of readdirSync(folder)) {
    const source = readFileSync(new URL(name, folder), "utf8").replaceAll(/\/\/.*/g, "");
    assert.doesNotMatch(source, /\bunsafe\b/, name);
    if (name !== "convert.rs") assert.doesNotMatch(source, /utf16/i, name);
  }
});
