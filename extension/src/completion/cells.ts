/** The notebook around a cell: which cells come before it. Everything else treats a cell as a document. */
import * as vscode from "vscode";

/** Cells given to the engine, the nearest ones. */
const ABOVE_MAX = 100;

/** The addresses of the cells of the same language above this one, in the notebook's present order. */
export function cellsAbove(document: vscode.TextDocument): string[] {
  const cells = notebookOf(document)?.getCells() ?? [];
  const own = cells.findIndex((cell) => cell.document === document);
  return cells
    .slice(0, Math.max(0, own))
    .filter((cell) => cell.document.languageId === document.languageId)
    .slice(-ABOVE_MAX)
    .map((cell) => cell.document.uri.toString());
}

/** Undefined for a document that is no cell of an open notebook. */
export function notebookOf(document: vscode.TextDocument): vscode.NotebookDocument | undefined {
  if (document.uri.scheme !== CELL_SCHEME) return undefined;
  return vscode.workspace.notebookDocuments.find((notebook) =>
    notebook.getCells().some((cell) => cell.document === document),
  );
}

export const CELL_SCHEME = "vscode-notebook-cell";
