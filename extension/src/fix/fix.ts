/**
 * Asks for code without the given problems, and sees after Accept whether they are gone. The answer's
 * way to the document is preview.ts.
 */
import * as vscode from "vscode";
import type { App } from "../commands";
import type { Tried } from "../proposal";
import { spanOf, tellNoTarget } from "../tasks/target";
import { shortLabel } from "../titles";
import { described } from "./described";
import { problemsOf } from "./problems";
import { recheck } from "./recheck";
import { touching } from "./together";

/** The problems to fix together. */
export interface FixTarget {
  readonly document: vscode.TextDocument;
  readonly diagnostics: readonly vscode.Diagnostic[];
  /** What the title says; the first problem's words when absent. */
  readonly label?: string;
  /** The earlier answer, for a second try. */
  readonly tried?: Tried;
}

export async function fix(app: App, { document, diagnostics, label, tried: first }: FixTarget): Promise<void> {
  if (diagnostics.length === 0) return;
  const before = problemsOf(document.uri);
  const problems = await described(document, diagnostics);
  await app.edits.propose({
    document,
    title: `${vscode.l10n.t("Fix")} · ${label ?? labelOf(diagnostics)}`,
    spans: diagnostics.map(({ range }) => spanOf(document, range)),
    ask: (spans, tried = first) => {
      const asked = problems.map((problem, index) => {
        const { start = 0, end = 0 } = spans[index] ?? {};
        return { ...problem, startOffset: start, endOffset: end };
      });
      return app.ctx.engine.fix(document, asked, tried);
    },
    after: ({ replacements }) => {
      const answer = replacements.map(({ text }) => text).join("\n");
      const again = (left: readonly vscode.Diagnostic[]) => {
        const problem = left.map(({ message }) => message).join("\n");
        return fix(app, { document, diagnostics: left, tried: { answer, problem } });
      };
      void recheck({ document, fixed: diagnostics, before, again });
    },
  });
}

/** *Fix the Problems Here*: those at the cursor or in the selection, without the light bulb. */
export async function fixHere(app: App): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  const diagnostics = editor ? touching(problemsOf(editor.document.uri), editor.selection) : [];
  if (!editor || diagnostics.length === 0) {
    tellNoTarget(vscode.l10n.t("There is no problem at the cursor."));
    return;
  }
  await fix(app, { document: editor.document, diagnostics });
}

function labelOf(diagnostics: readonly vscode.Diagnostic[]): string {
  const [first] = diagnostics;
  if (diagnostics.length > 1) return vscode.l10n.t("{0} problems", diagnostics.length);
  return shortLabel(first?.message ?? "");
}
