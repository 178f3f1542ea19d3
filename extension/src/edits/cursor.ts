/** The hunk that a person at the keyboard means, and the way to another one. */
import * as vscode from "vscode";
import type { Proposal } from "../proposal";

type Placed = ReturnType<Proposal["hunksIn"]>[number];

interface Seen {
  readonly editor: vscode.TextEditor;
  readonly hunks: readonly Placed[];
  /** The first whole offset of the cursor's line, and the one behind its last. */
  readonly line: { readonly start: number; readonly end: number };
}

/** The one the cursor is in, or else the nearest. */
export function hunkAtCursor(proposal: Proposal): Placed | undefined {
  const seen = look(proposal);
  if (!seen) return undefined;
  const { hunks, line } = seen;
  const distance = ({ start, end }: Placed) => Math.max(start - line.end, line.start - end, 0);
  return [...hunks].sort((a, b) => distance(a) - distance(b))[0];
}

/** Moves the cursor to the next hunk, or the one before; round and round. */
export function goToHunk(proposal: Proposal, by: 1 | -1): void {
  const seen = look(proposal);
  if (!seen) return;
  const { editor, hunks, line } = seen;
  const next = hunks.find(({ start }) => start > line.end) ?? hunks[0];
  const before = hunks.findLast(({ start }) => start < line.start) ?? hunks.at(-1);
  const hunk = by === 1 ? next : before;
  if (hunk) show(editor, hunk);
}

/** Puts the cursor where that hunk begins. */
export function show(editor: vscode.TextEditor, { start }: Placed): void {
  const place = editor.document.positionAt(start);
  editor.selection = new vscode.Selection(place, place);
  editor.revealRange(editor.selection, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}

function look(proposal: Proposal): Seen | undefined {
  const editor = vscode.window.activeTextEditor;
  if (!editor) return undefined;
  const { document, selection } = editor;
  const isPage = document.uri.toString() === proposal.pageUri.toString();
  if (!isPage && !proposal.follows(document)) return undefined;
  const { range } = document.lineAt(selection.active.line);
  const line = { start: document.offsetAt(range.start), end: document.offsetAt(range.end) };
  return { editor, hunks: proposal.hunksIn(document), line };
}
