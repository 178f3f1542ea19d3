/**
 * A small proposal drawn into every editor that shows its document. Decorations alone: the document,
 * and whoever reads it, sees nothing.
 */
import * as vscode from "vscode";
import type { Hunk } from "./draft";
import { type Added, type Marks, marksOf } from "./inlineMarks";

export class InlineView implements vscode.Disposable {
  private readonly removed = vscode.window.createTextEditorDecorationType(removedLook());
  private readonly added = vscode.window.createTextEditorDecorationType({
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
  });
  private readonly followed: vscode.Disposable;
  private marks: Marks = { removed: [], added: [] };

  constructor(private readonly document: vscode.TextDocument) {
    this.followed = vscode.Disposable.from(
      vscode.window.onDidChangeVisibleTextEditors(() => this.paint()),
      vscode.window.onDidChangeActiveColorTheme(() => this.paint()),
    );
  }

  draw(hunks: readonly Hunk[]): void {
    this.marks = marksOf(this.document.getText(), hunks) ?? { removed: [], added: [] };
    this.paint();
  }

  dispose(): void {
    this.followed.dispose();
    this.removed.dispose();
    this.added.dispose();
  }

  private paint(): void {
    const { document, marks } = this;
    const removed = marks.removed.map(
      ({ start, end }) => new vscode.Range(document.positionAt(start), document.positionAt(end)),
    );
    const added = marks.added.map((one) => addedAt(document, one));
    for (const editor of vscode.window.visibleTextEditors) {
      if (editor.document !== document) continue;
      editor.setDecorations(this.removed, removed);
      editor.setDecorations(this.added, added);
    }
  }
}

function addedAt(document: vscode.TextDocument, { at, text }: Added): vscode.DecorationOptions {
  const place = document.positionAt(at);
  const look: vscode.ThemableDecorationAttachmentRenderOptions = {
    contentText: text,
    color: new vscode.ThemeColor("editor.foreground"),
    backgroundColor: new vscode.ThemeColor("diffEditor.insertedTextBackground"),
    ...(isHighContrast() && {
      border: "1px dashed",
      borderColor: new vscode.ThemeColor("diffEditor.insertedTextBorder"),
      // Without a colour behind them the old and the new text would read as one word.
      margin: "0 0 0 0.4ch",
    }),
  };
  return { range: new vscode.Range(place, place), renderOptions: at === 0 ? { before: look } : { after: look } };
}

function removedLook(): vscode.DecorationRenderOptions {
  return {
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
    textDecoration: "line-through",
    backgroundColor: new vscode.ThemeColor("diffEditor.removedTextBackground"),
    overviewRulerColor: new vscode.ThemeColor("diffEditorOverview.removedForeground"),
  };
}

/** Its themes have no colours behind text, but frames around it. */
function isHighContrast(): boolean {
  const { HighContrast, HighContrastLight } = vscode.ColorThemeKind;
  return [HighContrast, HighContrastLight].includes(vscode.window.activeColorTheme.kind);
}
