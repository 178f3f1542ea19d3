/** The light bulb of a hint: what the model can do about it, and two ways never to see it again. */
import * as vscode from "vscode";
import type { Ctx } from "../ctx";
import { selector } from "../documents";
import type { Wish } from "../tasks/refactor";
import type { Hints, Placed } from "./hints";
import { instructionOf, titleOf } from "./words";

const KIND = vscode.CodeActionKind.QuickFix;

export function registerHintActions(ctx: Ctx, hints: Hints): void {
  const provider: vscode.CodeActionProvider = {
    provideCodeActions: (document, range, { only }) => {
      if (only && !only.contains(KIND) && !KIND.contains(only)) return [];
      return hints.at(document, range).flatMap((placed) => actionsFor(document, placed));
    },
  };
  ctx.own(vscode.languages.registerCodeActionsProvider(selector(), provider, { providedCodeActionKinds: [KIND] }));
}

function actionsFor(document: vscode.TextDocument, placed: Placed): vscode.CodeAction[] {
  const { hint, key } = placed;
  return [
    offer(document, placed),
    action(vscode.l10n.t("Do Not Show This Hint Again"), "_codesaga.hideHint", key),
    action(vscode.l10n.t("Turn Off Hints of This Kind"), "_codesaga.turnOffHint", hint.rule),
  ];
}

function offer(document: vscode.TextDocument, { hint, range, code }: Placed): vscode.CodeAction {
  const isName = hint.rule === "file_style" && hint.style !== undefined && /_?case$/i.test(hint.style);
  // The language server knows every place where a name stands.
  if (isName)
    return action(vscode.l10n.t("Rename…"), "editor.action.rename", [document.uri, asEditorsOwn(range.start)]);
  const wish: Wish = { instruction: instructionOf(hint), place: { uri: document.uri, range: code } };
  return action(titleOf(hint), "codesaga.refactor", wish);
}

/** The command is the editor's own and counts from 1. */
function asEditorsOwn({ line, character }: vscode.Position): { lineNumber: number; column: number } {
  return { lineNumber: line + 1, column: character + 1 };
}

function action(title: string, command: string, argument: unknown): vscode.CodeAction {
  const made = new vscode.CodeAction(title, KIND);
  made.command = { title, command, arguments: [argument] };
  return made;
}
