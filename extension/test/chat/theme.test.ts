import assert from "node:assert/strict";
import { test } from "node:test";
import { readTheme, tokenColours } from "../../src/chat/colours/theme";

test("a theme is read as editors write it: with comments, and commas too many", () => {
  const theme = readTheme(`\uFEFF{
    // a comment, "quoted"
    "include": "./base.json", /* and
    another */
    "tokenColors": [
      { "scope": ["comment", "punctuation.definition.comment"], "settings": { "foreground": "#6A9955" } },
      { "name": "// no comment", "scope": "string, constant.numeric", "settings": { "foreground": "#ce9178", }, },
      { "settings": { "foreground": "#000000" } },
    ],
  }`);
  assert.equal(theme?.include, "./base.json");
  const colours = tokenColours(theme?.rules ?? []);
  assert.deepEqual(colours, { comment: "#6A9955", number: "#ce9178", string: "#ce9178" });
});

test("the more exact rule counts, then the later one", () => {
  const rule = (scope: string, foreground: string) => ({ scope, settings: { foreground } });
  const theme = JSON.stringify({
    tokenColors: [
      rule("keyword", "#111111"),
      rule("keyword.control", "#222222"),
      rule("keyword", "#333333"),
      rule("entity.name.function", "#444444"),
      rule("source.css entity.name.tag", "#555555"),
      rule("variable", "#666666"),
      rule("string", "red; background: url(//example.com)"),
    ],
  });
  const colours = tokenColours(readTheme(theme)?.rules ?? []);
  assert.equal(colours.keyword, "#222222");
  assert.equal(colours.function, "#444444");
  assert.equal(colours.property, "#666666");
  assert.equal(colours.tag, undefined);
  assert.equal(colours.string, undefined);
});

test("what is no theme has no rules", () => {
  assert.equal(readTheme("<plist>"), undefined);
  assert.deepEqual(readTheme('{ "tokenColors": "./x.tmTheme" }')?.rules, []);
});
