/** Applies a plan: all that is chosen as one edit of the workspace, or nothing. */
import * as vscode from "vscode";
import { chosenOf, type FilePlan } from "./plan";

export type Applied =
  | { readonly kind: "applied"; readonly files: number; readonly hunks: number }
  /** Files that are not as they were asked about. */
  | { readonly kind: "changed"; readonly files: readonly FilePlan[] }
  | { readonly kind: "refused" };

export async function apply(plans: readonly FilePlan[]): Promise<Applied> {
  const chosen = plans.filter((plan) => chosenOf(plan).length > 0);
  const edit = new vscode.WorkspaceEdit();
  const changed: FilePlan[] = [];
  for (const plan of chosen) {
    const document = await open(plan);
    if (document?.getText() !== plan.before) changed.push(plan);
    else addTo(edit, document, plan);
  }
  if (changed.length > 0) return { kind: "changed", files: changed };
  // Nothing is awaited between the last look and this: the editor takes the edits or refuses them all.
  if (!(await vscode.workspace.applyEdit(edit, { isRefactoring: true }))) return { kind: "refused" };
  return { kind: "applied", files: chosen.length, hunks: chosen.flatMap(chosenOf).length };
}

/** A file may be gone by now. */
async function open({ uri }: FilePlan): Promise<vscode.TextDocument | undefined> {
  try {
    return await vscode.workspace.openTextDocument(vscode.Uri.parse(uri));
  } catch {
    return undefined;
  }
}

function addTo(edit: vscode.WorkspaceEdit, document: vscode.TextDocument, plan: FilePlan): void {
  for (const { start, end, text } of chosenOf(plan)) {
    edit.replace(document.uri, new vscode.Range(document.positionAt(start), document.positionAt(end)), text);
  }
}
