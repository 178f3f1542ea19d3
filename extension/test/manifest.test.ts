import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const manifest = JSON.parse(readFileSync("package.json", "utf8"));
const sources = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((name) => /\.tsx?$/.test(name))
  .map((name) => ({ name, text: readFileSync(join("src", name), "utf8") }));

/** Names of an object literal's or a call's keys that match. */
function found(pattern: RegExp, only = (_name: string) => true): string[] {
  return sources
    .filter(({ name }) => only(name))
    .flatMap(({ text }) => [...text.matchAll(pattern)].map((match) => JSON.parse(`"${match[1]}"`) as string));
}

function unique(names: string[]): string[] {
  return [...new Set(names)].sort();
}

test("every command in the manifest has a handler, and every handler that is shown is in the manifest", () => {
  const listed = manifest.contributes.commands.map((one: { command: string }) => one.command);
  const handled = found(/^ {2}"(codesaga\.\w+)": \(app\) =>/gm, (name) => name === "commands.ts");
  assert.ok(handled.length > 0);
  assert.deepEqual(unique(handled), unique(listed));
});

test("menus, keys and code name only commands that exist", () => {
  const listed = new Set([
    ...manifest.contributes.commands.map((one: { command: string }) => one.command),
    ...found(/^ {2}"(_codesaga\.\w+)": \(app\) =>/gm, (name) => name === "commands.ts"),
    "editor.action.inlineSuggest.trigger",
    "editor.action.inlineSuggest.acceptNextLine",
  ]);
  for (const { id } of manifest.contributes.submenus) listed.add(id);
  const placed = [...Object.values(manifest.contributes.menus).flat(), ...manifest.contributes.keybindings];
  for (const { command, submenu } of placed as { command?: string; submenu?: string }[]) {
    const name = command ?? submenu;
    assert.ok(name && listed.has(name), name);
  }
});

test("settings are read in one file, and every setting that exists is read", () => {
  assert.deepEqual(
    sources.filter(({ text }) => text.includes("getConfiguration(")).map(({ name }) => name),
    ["config.ts"],
  );
  const read = found(/\.(?:get|inspect)<[^(]+>\("([\w.]+)"/g, (name) => name === "config.ts").map(
    (name) => `codesaga.${name}`,
  );
  const listed = manifest.contributes.configuration.flatMap((group: { properties: object }) =>
    Object.keys(group.properties),
  );
  assert.deepEqual(unique(read), listed.sort());
});

test("only engine.ts knows the addon", () => {
  const known = sources.filter(({ text }) => /native\/index|codesaga\.node/.test(text));
  assert.deepEqual(
    known.map(({ name }) => name),
    ["engine.ts"],
  );
});

test("texts of the manifest are the same in both languages, none missing and none unused", () => {
  const used = unique([...JSON.stringify(manifest).matchAll(/"%([\w.]+)%"/g)].map((match) => match[1] as string));
  for (const file of ["package.nls.json", "package.nls.ko.json"]) {
    assert.deepEqual(Object.keys(JSON.parse(readFileSync(file, "utf8"))).sort(), used, file);
  }
});

test("every text has its Korean, none is unused, and both fill the same places", () => {
  const korean: Record<string, string> = JSON.parse(readFileSync(join("l10n", "bundle.l10n.ko.json"), "utf8"));
  const used = unique(found(/l10n\.t\(\s*"((?:[^"\\]|\\.)*)"/g));
  assert.ok(used.length > 0);
  assert.equal(found(/l10n\.t\(\s*([^"\s])/g).length, 0, "a text is given as a literal, or it cannot be found");
  assert.deepEqual(Object.keys(korean).sort(), used);
  const places = (text: string) => unique(text.match(/\{\d+\}/g) ?? []);
  for (const [english, text] of Object.entries(korean)) assert.deepEqual(places(text), places(english), english);
});

test("Korean texts are written around names whose last sound is not known", () => {
  for (const file of ["package.nls.ko.json", join("l10n", "bundle.l10n.ko.json")]) {
    const open = Object.values<string>(JSON.parse(readFileSync(file, "utf8"))).filter((text) =>
      /\((?:으|이)\)|이\(가\)|을\(를\)|은\(는\)|와\(과\)/.test(text),
    );
    assert.deepEqual(open, [], file);
  }
});

test("every picture of the walkthrough is there, in both languages", () => {
  for (const file of ["package.nls.json", "package.nls.ko.json"]) {
    const pictures = Object.values<string>(JSON.parse(readFileSync(file, "utf8"))).filter((text) =>
      text.endsWith(".png"),
    );
    assert.ok(pictures.length > 0, file);
    for (const picture of pictures) assert.ok(existsSync(picture), picture);
  }
});
