/**
 * *Refactor…*: which code, and what to do with it. The answer's way to the document is preview.ts.
 */
import * as vscode from "vscode";
import type { App } from "../commands";
import type { Ctx } from "../ctx";
import { shortLabel } from "../titles";
import { type Instruction, type Row, rowsFor } from "./instructions";
import { type Place, targetAt, tellNoTarget } from "./target";

const LAST = "lastInstruction";

/** What is known already when somebody else asks; the editor's menus hand over an address, which is neither. */
export interface Wish {
  readonly instruction?: string;
  readonly place?: Place;
}

export async function refactor({ ctx, edits }: App, wish: Wish = {}): Promise<void> {
  const target = await targetAt(wish.place);
  if (!target) {
    tellNoTarget(vscode.l10n.t("Select the code to refactor, or put the cursor into it."));
    return;
  }
  const { document } = target;
  const instruction = wish.instruction
    ? { label: wish.instruction, text: wish.instruction }
    : await pick(ctx, target.name);
  if (!instruction) return;
  await ctx.extension.workspaceState.update(LAST, instruction);
  await edits.propose({
    document,
    title: `${target.name} · ${shortLabel(instruction.label)}`,
    spans: [target.span],
    ask: ([span = target.span], tried) =>
      ctx.engine.edit(document, {
        task: "refactor",
        startOffset: span.start,
        endOffset: span.end,
        instruction: instruction.text,
        ...(tried && { tried }),
      }),
  });
}

interface Item extends vscode.QuickPickItem {
  readonly row: Row;
}

function pick(ctx: Ctx, target: string): Promise<Instruction | undefined> {
  const last = ctx.extension.workspaceState.get<Instruction>(LAST);
  const common = commonInstructions();
  const quickPick = vscode.window.createQuickPick<Item>();
  const rows = () => rowsFor(quickPick.value, last, common);
  const list = (): void => {
    quickPick.items = rows().map(itemOf);
  };
  quickPick.title = vscode.l10n.t("Refactor {0}", target);
  quickPick.placeholder = vscode.l10n.t("Choose, or say what to do");
  quickPick.onDidChangeValue(list);
  list();
  return new Promise((resolve) => {
    quickPick.onDidAccept(() => {
      // Who types and presses Enter at once is quicker than the list.
      const row = quickPick.selectedItems[0]?.row ?? rows()[0];
      resolve(row && { label: row.label, text: row.text });
      quickPick.hide();
    });
    quickPick.onDidHide(() => {
      resolve(undefined);
      quickPick.dispose();
    });
    quickPick.show();
  });
}

function itemOf(row: Row): Item {
  switch (row.origin) {
    case "typed":
      return { row, label: `$(sparkle) ${row.label}`, description: vscode.l10n.t("as typed"), alwaysShow: true };
    case "last":
      return { row, label: `$(history) ${row.label}`, description: vscode.l10n.t("last time") };
    case "common":
      return { row, label: row.label };
  }
}

function commonInstructions(): Instruction[] {
  return [
    { label: vscode.l10n.t("Simplify"), text: "Simplify this code without changing what it does." },
    { label: vscode.l10n.t("Extract function"), text: "Extract a well-named function from this code and call it." },
    {
      label: vscode.l10n.t("Rename for clarity"),
      text: "Rename local variables and parameters so that the code is clear.",
    },
    { label: vscode.l10n.t("Add error handling"), text: "Add error handling for what can go wrong here." },
    { label: vscode.l10n.t("Add types"), text: "Add type annotations." },
    { label: vscode.l10n.t("Make faster"), text: "Make this code faster without changing what it does." },
    {
      label: vscode.l10n.t("Translate comments"),
      text: vscode.l10n.t("Translate the comments into English; leave the code as it is."),
    },
  ];
}
