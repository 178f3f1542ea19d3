/**
 * The quick fixes on any diagnostic of any language server: for the problems of the line, and for all
 * of the function. What they do is fix.ts.
 */
import * as vscode from "vscode";
import type { Ctx } from "../ctx";
import { innermost, isFunction, symbolsOf } from "../definitions";
import { isFollowed, selector } from "../documents";
import type { FixTarget } from "./fix";
import { problemsOf } from "./problems";
import { touching } from "./together";

const KIND = vscode.CodeActionKind.QuickFix;

export function registerQuickFix(ctx: Ctx): void {
  const provider: vscode.CodeActionProvider = {
    provideCodeActions: async (document, range, context, token) => {
      if (!isFollowed(document) || !asksForQuickFixes(context)) return [];
      const all = problemsOf(document.uri);
      const here = touching(all, range);
      if (here.length === 0) return [];
      const around = here.length < all.length ? await functionAround(document, range) : undefined;
      if (token.isCancellationRequested) return [];
      const inside = around ? touching(all, around) : [];
      const actions = [actionFor(titleOf(here.length), document, here)];
      if (inside.length > here.length) {
        const title = vscode.l10n.t("Fix All {0} Problems in This Function with CodeSaga", inside.length);
        actions.push(actionFor(title, document, inside));
      }
      return actions;
    },
  };
  ctx.own(vscode.languages.registerCodeActionsProvider(selector(), provider, { providedCodeActionKinds: [KIND] }));
}

function asksForQuickFixes({ only }: vscode.CodeActionContext): boolean {
  return only === undefined || only.contains(KIND) || KIND.contains(only);
}

async function functionAround(document: vscode.TextDocument, range: vscode.Range): Promise<vscode.Range | undefined> {
  return innermost(await symbolsOf(document), range, isFunction)?.range;
}

function titleOf(count: number): string {
  return count === 1 ? vscode.l10n.t("Fix with CodeSaga") : vscode.l10n.t("Fix {0} Problems with CodeSaga", count);
}

function actionFor(title: string, document: vscode.TextDocument, diagnostics: vscode.Diagnostic[]): vscode.CodeAction {
  const action = new vscode.CodeAction(title, KIND);
  const target: FixTarget = { document, diagnostics };
  action.diagnostics = diagnostics;
  action.command = { title, command: "_codesaga.fix", arguments: [target] };
  return action;
}
