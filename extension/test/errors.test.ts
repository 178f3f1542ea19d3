import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { failureText, isKnownCode } from "../src/errors";

/** The list that the engine and the server answer with. */
function codesInRust(): string[] {
  const source = readFileSync(join("..", "crates", "saga-domain", "src", "reply.rs"), "utf8");
  const list = source.slice(source.indexOf("failure_codes! {"));
  return [...list.matchAll(/^\s+[A-Z]\w+ = "([a-z_]+)",/gm)].map((match) => match[1] as string);
}

test("every code has words", () => {
  const codes = codesInRust();
  assert.ok(codes.length >= 20 && codes.includes("unauthorized"), "the list was not found");
  assert.deepEqual(
    codes.filter((code) => !isKnownCode(code)),
    [],
  );
});

test("words are one sentence of what happened and one of what to do", () => {
  for (const code of [...codesInRust(), "addon_missing"]) {
    const text = failureText({ code, message: "why" });
    assert.match(text, /^[A-Z].*(?:\.|: why) [A-Z].*\.$/, code);
  }
});

test("a code of a newer server falls back to words that help", () => {
  assert.equal(failureText({ code: "brand_new", message: "" }), failureText({ code: "internal", message: "" }));
});
