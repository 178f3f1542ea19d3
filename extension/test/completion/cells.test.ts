import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import type { NotebookDocument, TextDocument } from "vscode";
import { cellsAbove } from "../../src/completion/cells";
import { workspace } from "../vscode";

const document = (name: string, languageId = "python", scheme = "vscode-notebook-cell"): TextDocument =>
  ({ uri: { scheme, toString: () => name }, languageId }) as unknown as TextDocument;

/** A notebook whose cells a test may move. */
function open(...documents: TextDocument[]): TextDocument[] {
  const notebook = { getCells: () => documents.map((one) => ({ document: one })) };
  workspace.notebookDocuments.push(notebook as unknown as NotebookDocument);
  return documents;
}

afterEach(() => workspace.notebookDocuments.splice(0));

test("the cells above come in the notebook's present order", () => {
  const [first, second, third] = [document("first"), document("second"), document("third")];
  const cells = open(first, second, third);
  assert.deepEqual(cellsAbove(third), ["first", "second"]);
  cells.splice(0, 3, third, second, first);
  assert.deepEqual(cellsAbove(first), ["third", "second"]);
  assert.deepEqual(cellsAbove(third), []);
});

test("text and other languages are left out", () => {
  const cell = document("cell");
  open(document("text", "markdown"), document("above"), document("shell", "shellscript"), cell, document("below"));
  assert.deepEqual(cellsAbove(cell), ["above"]);
});

test("of very many cells the nearest ones count", () => {
  const cells = open(...Array.from({ length: 300 }, (_, index) => document(`cell ${index}`)));
  const above = cellsAbove(cells.at(-1) as TextDocument);
  assert.deepEqual([above.length, above.at(-1)], [100, "cell 298"]);
});

test("a file and a cell of no open notebook have none", () => {
  open(document("cell"));
  assert.deepEqual(cellsAbove(document("file", "python", "file")), []);
  assert.deepEqual(cellsAbove(document("lost")), []);
});
