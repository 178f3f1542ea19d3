import assert from "node:assert/strict";
import { test } from "node:test";
import { isWebLink, limits } from "../../src/chat/checks";
import { composerLimits } from "../../src/chat/composerMessages";
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
    { type: "send", text: "왜 느려?", about: "chips" },
    { type: "stop" },
    { type: "retry", turn: "t1" },
    { type: "askAgain", turn: "t1" },
    { type: "askAgain", turn: "t1", text: "다르게" },
    { type: "editDraft", turn: "t1", text: "다르" },
    { type: "editDraft", turn: "", text: "" },
    { type: "remove", turn: "t1" },
    { type: "show", session: "s-1" },
    { type: "vote", turn: "t1", verdict: "down" },
    { type: "apply", turn: "t1", text: "x = 1", file: "calc.py" },
    { type: "removeChip", id: "put-1" },
    { type: "complete", ask: 1, trigger: "@", query: "계산" },
    { type: "choose", ask: 1, at: 0 },
    { type: "pasted", text: "a\nb" },
    { type: "dropped", uris: ["file:///a%20b.py"] },
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
    { type: "complete", ask: -1, trigger: "@", query: "" },
    { type: "complete", ask: 1, trigger: "#", query: "" },
    { type: "complete", ask: 1, trigger: "@", query: "x".repeat(composerLimits.queryCharactersMax + 1) },
    { type: "choose", ask: 1, at: 0.5 },
    { type: "dropped", uris: Array(composerLimits.urisMax + 1).fill("file:///a") },
    { type: "removeChip" },
    { type: "retry", turn: "../../etc" },
    { type: "askAgain", turn: "t1", text: 1 },
    { type: "askAgain", turn: "t1", text: "x".repeat(limits.questionCharactersMax + 1) },
    { type: "show", session: "" },
    { type: "vote", turn: "t1", verdict: "sideways" },
    { type: "apply", turn: "t1", text: "x = 1" },
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

const offer = { kind: "file", label: "calc.py", detail: "src", positions: [0], insert: "@calc.py ", goesOn: false };

test("what the extension says is taken when it is whole, and dropped when it is not", () => {
  const asked = { kind: "asked", turn: "t1", user: "hi", context: [] };
  const good = [
    { type: "events", events: [asked, { kind: "text", turn: "t1", text: "…" }, { kind: "done", turn: "t1" }] },
    { type: "conversation", conversation: { session: "s", turns: [turn], line: "grey" } },
    {
      type: "conversation",
      conversation: { session: "s", turns: [], branches: [{ after: "", sessions: ["s", "t"], at: 1 }] },
    },
    { type: "events", events: [{ kind: "done", turn: "t1", request: "r1", facts: "3 read" }] },
    { type: "events", events: [{ kind: "voted", turn: "t1", verdict: "up" }] },
    { type: "chips", chips: [] },
    { type: "chips", chips: [{ id: "put-1", kind: "selection", label: "calc.py 1", title: "src/calc.py" }] },
    { type: "offers", ask: 3, offers: [offer] },
    { type: "notice", line: "" },
    { type: "takeBack", text: "/fix" },
    { type: "pastedAsChip", text: "a\nb" },
    { type: "sendWith", sendWith: "ctrlEnter" },
    { type: "suggestions", suggestions: [{ text: "Explain", aboutFile: true }] },
    { type: "focus" },
  ];
  for (const message of good) assert.deepEqual(readToPage(message), message);
  const bad = [
    { type: "events", events: [asked, { kind: "text", turn: "t1" }] },
    { type: "events", events: [{ kind: "vanish", turn: "t1" }] },
    { type: "events", events: [{ kind: "done", turn: "t1", request: 1 }] },
    { type: "conversation", conversation: { turns: [], branches: [{ after: "", sessions: [1], at: 0 }] } },
    { type: "conversation", conversation: { turns: [{ ...turn, answer: null }] } },
    { type: "chips", chips: [{ id: "put-1", kind: "web", label: "x", title: "x" }] },
    { type: "chips", chips: "calc.py" },
    { type: "offers", ask: 3, offers: [{ ...offer, positions: ["0"] }] },
    { type: "offers", ask: 3, offers: Array(composerLimits.offersMax + 1).fill(offer) },
    { type: "sendWith", sendWith: "space" },
    { type: "suggestions", suggestions: [{ text: "Explain" }] },
    { type: "init", texts: {}, conversation: { turns: [] }, suggestions: [], chips: [], draft: "" },
  ];
  for (const message of bad) assert.equal(readToPage(message), undefined, JSON.stringify(message));
});

test("web links are http and https, written out", () => {
  assert.ok(isWebLink("HTTPS://example.com"));
  for (const url of ["//example.com", "data:text/html,x", "vscode://x", " https://a", "https:/a", "mailto:a@b.c"]) {
    assert.ok(!isWebLink(url), url);
  }
});
