import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Hint } from "../src/engine";
import { choose } from "../src/hints/choice";
import { instructionOf, messageOf, RULES, titleOf } from "../src/hints/words";

const candidates = [10, 40, 20, 30].map((rank) => ({ key: `of ${rank}`, rank }));

test("the weightiest are shown, and never more than three", () => {
  const chosen = choose(candidates, new Set());
  assert.deepEqual(
    chosen.map(({ rank }) => rank),
    [40, 30, 20],
  );
  assert.deepEqual(choose(candidates, new Set(), 0), []);
  assert.deepEqual(choose([], new Set(["of 10"])), []);
});

test("what is shown already stays while it is in view", () => {
  const chosen = choose(candidates, new Set(["of 10", "of 50"]));
  assert.deepEqual(
    chosen.map(({ rank }) => rank),
    [10, 40, 30],
  );
});

const STYLES = [
  "snake_case",
  "camelCase",
  "single_quotes",
  "double_quotes",
  "tabs",
  "spaces",
  "errors_handled",
  "errors_passed_on",
];

test("every rule of the engine has words, and every rule here is one of the engine", () => {
  const source = readFileSync(join("..", "crates", "saga-context", "src", "smells.rs"), "utf8");
  const names = [...source.matchAll(/=> "([a-z_]+)",/g)].map((match) => match[1] as string);
  assert.deepEqual([...RULES].sort(), [...new Set(names)].sort());
  const manifest = JSON.parse(readFileSync("package.json", "utf8"));
  const settings = manifest.contributes.configuration.map((group: { properties: object }) => group.properties);
  const rules = Object.assign({}, ...settings)["codesaga.hints.rules"].properties;
  assert.deepEqual(Object.keys(rules).sort(), [...RULES].sort());
  for (const rule of RULES) {
    for (const style of STYLES) {
      const hint: Hint = {
        rule,
        startOffset: 0,
        endOffset: 1,
        codeStartOffset: 0,
        codeEndOffset: 1,
        name: "total",
        value: 7,
        limit: 5,
        style,
        rank: 1,
      };
      assert.match(messageOf(hint), /^[A-Zt].*\.$/, rule);
      assert.match(titleOf(hint), /with CodeSaga$/, rule);
      assert.match(instructionOf(hint), /^[A-Z].*\.$/, rule);
    }
  }
});
