import assert from "node:assert/strict";
import { test } from "node:test";
import { asOneQuestion, textOf } from "../src/editorChat/messages";

const user = (...content: unknown[]) => ({ role: 1, content });
const model = (...content: unknown[]) => ({ role: 2, content });

test("a thread of the editor's own chat becomes one question", () => {
  assert.equal(asOneQuestion([user({ value: "hi" })]), "hi");
  assert.equal(
    asOneQuestion([user({ value: "a" }), model({ value: "b" }), user({ value: "c" }, { value: "d" })]),
    "User:\na\n\nAssistant:\nb\n\nUser:\ncd",
  );
  assert.equal(asOneQuestion([user({ value: " " }), user({ value: "one" })]), "one");
  assert.equal(asOneQuestion([]), "");
});

test("what is no text in a message is passed over", () => {
  assert.equal(textOf(user({ value: "a" }, { callId: "1", input: {} }, null, { value: 3 }, { value: "b" })), "ab");
});
