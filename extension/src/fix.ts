/**
 * *Fix with CodeSaga*: a quick fix on any diagnostic of any language server. The answer's way to the
 * document is preview.ts.
 */
import * as vscode from "vscode";
import type { App } from "./commands";
import type { Ctx } from "./ctx";
import { isFollowed, selector } from "./documents";
import type { Diagnostic } from "./engine";
import { shortLabel } from "./titles";

/** What the quick fix hands to its command. */
export interface FixTarget {
  readonly document: vscode.TextDocument;
  readonly diagnostics: readonly vscode.Diagnostic[];
}

export function registerFix(ctx: Ctx): void {
  const provider: vscode.CodeActionProvider = {
    provideCodeActions: (document, _range, { diagnostics }) => {
      if (diagnostics.length === 0 || !isFollowed(document)) return [];
      const title = vscode.l10n.t("Fix with CodeSaga");
      const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
      const target: FixTarget = { document, diagnostics };
      action.diagnostics = [...diagnostics];
      action.command = { title, command: "_codesaga.fix", arguments: [target] };
      return [action];
    },
  };
  const metadata = { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] };
  ctx.own(vscode.languages.registerCodeActionsProvider(selector(), provider, metadata));
}

export async function fix({ ctx, edits }: App, { document, diagnostics }: FixTarget): Promise<void> {
  const [first] = diagnostics;
  if (!first) return;
  await edits.propose({
    document,
    title: `${vscode.l10n.t("Fix")} · ${shortLabel(first.message)}`,
    spans: diagnostics.map(({ range }) => ({
      start: document.offsetAt(range.start),
      end: document.offsetAt(range.end),
    })),
    ask: (spans) => {
      const asked = diagnostics.map((diagnostic, index) => {
        const { start = 0, end = 0 } = spans[index] ?? {};
        return plain(diagnostic, start, end);
      });
      return ctx.engine.fix(document, asked);
    },
  });
}

function plain(diagnostic: vscode.Diagnostic, startOffset: number, endOffset: number): Diagnostic {
  const { message, source, code } = diagnostic;
  const name = typeof code === "object" ? code.value : code;
  return {
    startOffset,
    endOffset,
    message,
    severity: severityOf(diagnostic.severity),
    ...(source && { source }),
    ...(name !== undefined && { code: String(name) }),
  };
}

function severityOf(severity: vscode.DiagnosticSeverity): Diagnostic["severity"] {
  switch (severity) {
    case vscode.DiagnosticSeverity.Error:
      return "error";
    case vscode.DiagnosticSeverity.Warning:
      return "warning";
    case vscode.DiagnosticSeverity.Information:
      return "information";
    case vscode.DiagnosticSeverity.Hint:
      return "hint";
  }
}
