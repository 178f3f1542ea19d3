/** The view of a refactoring across files: files, and under each its hunks with a box to leave one out. */
import * as vscode from "vscode";
import type { Ctx } from "../ctx";
import { chosenOf, type FilePlan, hunkLabel } from "./plan";

/** `hunk` is an index; absent for the file itself. */
export interface Node {
  readonly uri: string;
  readonly hunk?: number;
}

/** A file as the view shows it. */
export interface Row {
  readonly plan: FilePlan;
  readonly note?: string | undefined;
  readonly busy: boolean;
}

export interface Tree {
  /** Undefined empties the view. */
  show(rows: readonly Row[], title: string | undefined, message?: string): void;
}

export function registerTree(ctx: Ctx, choose: (node: Node, chosen: boolean) => void): Tree {
  let rows: readonly Row[] = [];
  const changed = ctx.own(new vscode.EventEmitter<void>());
  const rowOf = ({ uri }: Node) => rows.find(({ plan }) => plan.uri === uri);
  const treeDataProvider: vscode.TreeDataProvider<Node> = {
    onDidChangeTreeData: changed.event,
    getChildren: (node) => {
      if (!node) return rows.map(({ plan }) => ({ uri: plan.uri }));
      return rowOf(node)?.plan.hunks.map((_, hunk) => ({ uri: node.uri, hunk })) ?? [];
    },
    getTreeItem: (node) => {
      const row = rowOf(node);
      if (!row) return new vscode.TreeItem("");
      return node.hunk === undefined ? fileItem(row) : hunkItem(row.plan, node.hunk);
    },
  };
  const view = ctx.own(
    vscode.window.createTreeView("codesaga.acrossFiles", { treeDataProvider, manageCheckboxStateManually: true }),
  );
  ctx.own(
    view.onDidChangeCheckboxState(({ items }) => {
      for (const [node, state] of items) choose(node, state === vscode.TreeItemCheckboxState.Checked);
    }),
  );
  return {
    show: (now, title, message) => {
      rows = now;
      view.description = title ?? "";
      // The declared type leaves out that undefined takes the message away.
      view.message = message ?? "";
      changed.fire();
    },
  };
}

function fileItem({ plan, note, busy }: Row): vscode.TreeItem {
  const uri = vscode.Uri.parse(plan.uri);
  const count = plan.hunks.length;
  const item = new vscode.TreeItem(uri, count > 0 ? EXPANDED : vscode.TreeItemCollapsibleState.None);
  // The editor remembers by the id whether a row is open: one without hunks would stay closed.
  item.id = count > 0 ? plan.uri : `${plan.uri}#empty`;
  item.description = note ?? (count > 0 ? vscode.l10n.t("{0} of {1}", chosenOf(plan).length, count) : "");
  item.iconPath = busy ? new vscode.ThemeIcon("loading~spin") : vscode.ThemeIcon.File;
  if (count > 0) item.checkboxState = boxOf(chosenOf(plan).length === count);
  return item;
}

function hunkItem(plan: FilePlan, index: number): vscode.TreeItem {
  const hunk = plan.hunks[index];
  if (!hunk) return new vscode.TreeItem("");
  const label = hunkLabel(plan, hunk);
  const item = new vscode.TreeItem(label);
  const node: Node = { uri: plan.uri, hunk: index };
  item.id = `${plan.uri}#${index}`;
  item.description = vscode.l10n.t("line {0}", hunk.line + 1);
  item.tooltip = label;
  item.checkboxState = boxOf(hunk.chosen);
  item.command = { title: vscode.l10n.t("Show"), command: "_codesaga.showHunk", arguments: [node] };
  return item;
}

const EXPANDED = vscode.TreeItemCollapsibleState.Expanded;

function boxOf(checked: boolean): vscode.TreeItemCheckboxState {
  return checked ? vscode.TreeItemCheckboxState.Checked : vscode.TreeItemCheckboxState.Unchecked;
}
