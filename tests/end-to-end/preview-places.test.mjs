import assert from "node:assert/strict";
import { after, before } from "node:test";
import { eventually } from "./harness/eventually.mjs";
import { openScene, scenarios } from "./harness/scene.mjs";

const plain = ["export function total(prices: number[]): number {", "  let sum = 0;", "  return sum;", "}", ""].join(
  "\n",
);
const answer = ["export function total(prices: number[]): number {", "  return prices.reduce((a,b)=>a+b,0)", "}"];
const ugly = plain.replace("let sum", "let sum: string");
const formatted = plain.replace("  let sum = 0;\n  return sum;", "  return prices.reduce((a, b) => a + b, 0)");
const cell = "# 값 🧾\nx = 1\ny = x";
const notebook = JSON.stringify({
  cells: [{ cell_type: "code", source: cell.split(/(?<=\n)/), metadata: {}, outputs: [], execution_count: null }],
  metadata: { language_info: { name: "python" } },
  nbformat: 4,
  nbformat_minor: 5,
});

let scene;
let workbench;

before(async () => {
  scene = await openScene({
    name: "preview-places",
    files: {
      "formatted.ts": ugly,
      "frozen.ts": plain,
      "locked.ts": plain,
      "cells.ipynb": notebook,
      "tsconfig.json": "{}",
    },
    settings: { "editor.formatOnSave": true, "files.readonlyInclude": { "**/frozen.ts": true } },
  });
  workbench = scene.workbench;
  await workbench.waitForStatus("sparkle");
});
after(() => scene?.close());

const test = scenarios(() => scene);

async function simplify(lines) {
  await scene.scripted.script([{ pieces: [...lines.map((line) => `${line}\n`), "```"] }]);
  await workbench.palette("CodeSaga: Refactor…");
  await workbench.choose("Simplify");
  await workbench.waitForDiff();
  await workbench.titleButton("Accept").waitFor();
}

const toldThat = (text) =>
  eventually(text, workbench.notifications, (texts) => texts.some((one) => one.includes(text)));
const sees = (text) => eventually(text, workbench.visibleText, (seen) => seen.includes(text));

test("who formats on save gets what was applied formatted, in the same step to undo", async () => {
  await workbench.selectLines("formatted.ts", 1, 4);
  // The formatter is the language server's, which has started when it finds the error.
  const error = workbench.page.locator(".editor-instance .squiggly-error").first();
  await error.waitFor({ state: "attached", timeout: 120_000 });
  await simplify(answer);
  await workbench.press("Control+Enter");
  await workbench.waitForNoDiff();
  await sees("prices.reduce((a, b) => a + b, 0)");
  await scene.screenshots("formatted");
  await workbench.press("Control+z");
  await sees("let sum: string = 0;");
  await workbench.press("Control+Shift+z");
  await workbench.saves("formatted.ts", formatted);
});

test("a file declared read-only is refused before the model is asked", async () => {
  await scene.scripted.script([]);
  await workbench.selectLines("frozen.ts", 1, 4);
  await workbench.palette("CodeSaga: Refactor…");
  await workbench.choose("Simplify");
  await toldThat("read-only");
  assert.deepEqual(await scene.scripted.asked("Simplify"), []);
});

test("an editor that refuses to write loses neither the file nor the proposal", async () => {
  await workbench.selectLines("locked.ts", 1, 4);
  await workbench.palette("File: Set Active Editor Read-only in Session");
  await simplify(answer);
  await workbench.press("Control+Enter");
  await toldThat("Check that the file can be written");
  await workbench.waitForDiff();
  assert.equal(await workbench.read("locked.ts"), plain);
  await scene.screenshots("refused");
  await workbench.titleButton("Discard").click();
  await workbench.waitForNoDiff();
});

test("a document that was never saved is edited like any other", async () => {
  await workbench.palette("File: New Untitled Text File");
  await workbench.page.locator(".editor-instance .monaco-editor.focused").waitFor();
  await workbench.type("first line", 0);
  await workbench.press("Control+a");
  await simplify(["한 줄 🧾"]);
  await workbench.press("Control+Enter");
  await workbench.waitForNoDiff();
  await sees("한 줄 🧾");
  await workbench.press("Control+z");
  await sees("first line");
});

test("where nothing can be edited it is said why, and what to do", async () => {
  await scene.scripted.script([]);
  // A page that was made up to be read: a document, and nobody's file.
  await workbench.palette("CodeSaga: Show Status");
  await workbench.page.locator('.tab.active[data-resource-name="CodeSaga"]').waitFor();
  await workbench.page.locator(".editor-instance .monaco-editor.focused").waitFor();
  await workbench.palette("CodeSaga: Refactor…");
  await toldThat("CodeSaga does not work in this view");
  await workbench.palette("View: Close Editor");
  assert.deepEqual(await scene.scripted.asked(), []);
});

test("a notebook's cell is edited as a document of its own", async () => {
  await workbench.openCell("cells.ipynb", 1);
  await workbench.press("Control+a");
  await simplify(["# 값 🧾", "y = 1"]);
  await scene.screenshots("cell");
  await workbench.press("Control+Enter");
  await workbench.waitForNoDiff();
  await workbench.saves("cells.ipynb", (text) => JSON.parse(text).cells[0].source.join("") === "# 값 🧾\ny = 1");
});
