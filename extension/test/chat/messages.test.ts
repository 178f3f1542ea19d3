import assert from "node:assert/strict";
import { test } from "node:test";
import { isWebLink, limits } from "../../src/chat/checks";
import { readFromPage, readToPage } from "../../src/chat/messages";
import { readKept, type Turn } from "../../src/chat/turns";

const turn: Turn = {
  id: "t1",
  user: "hi",
  context: ["calc.py 1"],
  answer: "hello",
  notes: [],
  state: { kind: "done" },
};

test("what the page says is taken when it is whole", () => {
  for (const message of [
    { type: "ready", kept: null },
    { type: "ready", kept: { session: "s-1", turns: [turn] } },
    { type: "draft", text: "half a" },
    { type: "send", text: "왜 느려?", about: "chip" },
    { type: "stop" },
    { type: "retry", turn: "t1" },
    { type: "removeChip" },
    { type: "copy", text: "" },
    { type: "insert", text: "x = 1" },
    { type: "newFile", text: "x = 1", language: "python" },
    { type: "openLink", url: "https://example.com/a?b=c#d" },
  ]) {
    assert.deepEqual(readFromPage(message), message);
  }
});

test("what the page says is dropped when anything about it is wrong", () => {
  for (const message of [
    undefined,
    null,
    "ready",
    [],
    {},
    { type: "eval", text: "1" },
    { type: "send", text: 1, about: "chip" },
    { type: "send", text: "hi", about: "everything" },
    { type: "send", text: "x".repeat(limits.questionCharactersMax + 1), about: "nothing" },
    { type: "retry", turn: "../../etc" },
    { type: "newFile", text: "x" },
    { type: "openLink", url: "javascript:alert(1)" },
    { type: "openLink", url: "file:///etc/passwd" },
    { type: "openLink", url: "command:workbench.action.quit" },
    { type: "openLink", url: "http://" },
  ]) {
    assert.equal(readFromPage(message), undefined, JSON.stringify(message)?.slice(0, 80));
  }
});

test("only the known fields are handed on", () => {
  assert.deepEqual(readFromPage({ type: "stop", extra: 1, __proto__: { type: "send" } }), { type: "stop" });
});

test("a store that is no longer readable counts as empty, and the page is still heard", () => {
  assert.deepEqual(readFromPage({ type: "ready", kept: { turns: "old format" } }), { type: "ready", kept: null });
  assert.equal(readKept({ turns: [{ ...turn, state: { kind: "dreaming" } }] }), undefined);
  assert.equal(readKept({ turns: [turn], session: "no spaces allowed" }), undefined);
  assert.deepEqual(readKept({ turns: [turn] }), { turns: [turn] });
});

test("what the extension says is taken when it is whole, and dropped when it is not", () => {
  const asked = { kind: "asked", turn: "t1", user: "hi", context: [] };
  const good = [
    { type: "events", events: [asked, { kind: "text", turn: "t1", text: "…" }, { kind: "done", turn: "t1" }] },
    { type: "conversation", conversation: { session: "s", turns: [turn], line: "grey" } },
    { type: "chip", chip: null },
    { type: "chip", chip: { label: "selection: calc.py 1", title: "src/calc.py" } },
    { type: "suggestions", suggestions: [{ text: "Explain", aboutFile: true }] },
    { type: "focus" },
  ];
  for (const message of good) assert.deepEqual(readToPage(message), message);
  const bad = [
    { type: "events", events: [asked, { kind: "text", turn: "t1" }] },
    { type: "events", events: [{ kind: "vanish", turn: "t1" }] },
    { type: "conversation", conversation: { turns: [{ ...turn, answer: null }] } },
    { type: "chip", chip: "calc.py" },
    { type: "suggestions", suggestions: [{ text: "Explain" }] },
    { type: "init", texts: {}, conversation: { turns: [] }, suggestions: [], chip: null, draft: "" },
  ];
  for (const message of bad) assert.equal(readToPage(message), undefined, JSON.stringify(message));
});

test("web links are http and https, written out", () => {
  assert.ok(isWebLink("HTTPS://example.com"));
  for (const url of ["//example.com", "data:text/html,x", "vscode://x", " https://a", "https:/a", "mailto:a@b.c"]) {
    assert.ok(!isWebLink(url), url);
  }
});
