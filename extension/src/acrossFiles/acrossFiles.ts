/**
 * *Refactor across Files…*: a definition and all that uses it, asked about file by file, looked through
 * in a view of its own, and applied as one edit or not at all. One at a time.
 */
import * as vscode from "vscode";
import type { Ctx } from "../ctx";
import { isFollowed } from "../documents";
import { failureText } from "../errors";
import type { Page, Pages } from "../pages";
import { tellNoTarget } from "../tasks/target";
import type { Replacement } from "../textEdits";
import { shortLabel } from "../titles";
import { apply } from "./apply";
import { askAll } from "./ask";
import { newNameIn } from "./newName";
import { choosing, chosenOf, type FilePlan, proposedText, withEdits } from "./plan";
import { renamed } from "./rename";
import { type Found, findSites } from "./sites";
import { type Node, type Row, registerTree } from "./tree";

export interface AcrossFiles {
  start(): Promise<void>;
  apply(): Promise<void>;
  discard(): Promise<void>;
  show(node: Node): Promise<void>;
}

/** What is looked through now. */
interface Session {
  readonly title: string;
  rows: Row[];
  readonly pages: Map<string, Page>;
  readonly cancel: vscode.CancellationTokenSource;
}

const CONTEXT = "codesaga.acrossFiles";

export function registerAcrossFiles(ctx: Ctx, pages: Pages): AcrossFiles {
  let session: Session | undefined;
  const tree = registerTree(ctx, (node, chosen) => choose(node, chosen));

  const draw = (message?: string): void => {
    tree.show(session?.rows ?? [], session?.title, message);
    for (const { plan } of session?.rows ?? []) session?.pages.get(plan.uri)?.set(proposedText(plan));
  };

  const update = (uri: string, change: (row: Row) => Row): void => {
    if (!session) return;
    session.rows = session.rows.map((row) => (row.plan.uri === uri ? change(row) : row));
  };

  const begin = async (title: string, rows: Row[]): Promise<Session> => {
    await discard();
    const begun = { title, rows, pages: new Map<string, Page>(), cancel: new vscode.CancellationTokenSource() };
    session = begun;
    await setState("asking");
    draw();
    await vscode.commands.executeCommand("codesaga.acrossFiles.focus");
    return begun;
  };

  const discard = async (): Promise<void> => {
    const ended = session;
    if (!ended) return;
    session = undefined;
    ended.cancel.cancel();
    await setState(undefined);
    draw();
    await closePages([...ended.pages.values()]);
  };

  const start = async (): Promise<void> => {
    const editor = vscode.window.activeTextEditor;
    const position = editor?.selection.active;
    const word = position && editor.document.getWordRangeAtPosition(position);
    if (!editor || !word || !isFollowed(editor.document)) {
      return tellNoTarget(vscode.l10n.t("Put the cursor on the name of what is to be changed everywhere."));
    }
    const found = await looking(() => findSites(editor.document, position));
    if (!found) return tell(vscode.l10n.t("No language server knows here what is meant and where it is used."));
    const instruction = (await askInstruction(found))?.trim();
    if (!instruction) return;
    const name = newNameIn(instruction);
    const exact = name && (await looking(() => renamed(editor.document.uri, position, name)));
    const title = `${found.name} · ${shortLabel(instruction)}`;
    if (exact)
      await review(
        await begin(
          title,
          exact.map((plan) => ({ plan, busy: false })),
        ),
      );
    else await ask(found, instruction, title);
  };

  const ask = async (found: Found, instruction: string, title: string): Promise<void> => {
    const rows = found.files.map(({ document }) => ({
      plan: { uri: document.uri.toString(), before: document.getText(), hunks: [] },
      busy: false,
    }));
    const begun = await begin(title, rows);
    const options = { location: vscode.ProgressLocation.Notification, title: `CodeSaga: ${title}`, cancellable: true };
    await vscode.window.withProgress(options, async (progress, token) => {
      token.onCancellationRequested(() => begun.cancel.cancel());
      await askAll(
        ctx,
        { found, instruction },
        {
          token: begun.cancel.token,
          asking: ({ uri }, done, all) => {
            const message = vscode.l10n.t("{0} of {1}", done + 1, all);
            progress.report({ message: `${message} · ${vscode.workspace.asRelativePath(uri)}` });
            update(uri.toString(), (row) => ({ ...row, busy: true }));
            if (session === begun) draw();
          },
          answered: ({ uri }, edits) => {
            update(uri.toString(), (row) => answered(row, edits));
            if (session === begun) draw();
          },
          failed: ({ uri }, failure) => {
            ctx.log.warn(`Failed: ${failure.code}`);
            update(uri.toString(), (row) => ({ ...row, busy: false, note: failureText(failure) }));
            if (session === begun) draw();
          },
        },
      );
    });
    if (session !== begun) return;
    if (begun.cancel.token.isCancellationRequested) return discard();
    await review(begun, found.leftOut);
  };

  const review = async (begun: Session, leftOut = 0): Promise<void> => {
    begun.rows = begun.rows.map((row) => (row.plan.hunks.length > 0 || row.note ? row : { ...row, note: UNCHANGED() }));
    await setState("ready");
    const left = leftOut > 0 ? vscode.l10n.t("{0} more files use it; they were left out.", leftOut) : "";
    draw([vscode.l10n.t("Nothing is changed before you apply it."), left].filter(Boolean).join(" "));
  };

  const choose = (node: Node, chosen: boolean): void => {
    update(node.uri, (row) => {
      const indices = node.hunk === undefined ? row.plan.hunks.map((_, index) => index) : [node.hunk];
      return { ...row, plan: choosing(row.plan, indices, chosen) };
    });
    draw();
  };

  const show = async ({ uri, hunk = 0 }: Node): Promise<void> => {
    const plan = session?.rows.find((row) => row.plan.uri === uri)?.plan;
    if (!session || !plan) return;
    const file = vscode.Uri.parse(uri);
    const page = session.pages.get(uri) ?? pages.createEdit(file.path);
    session.pages.set(uri, page);
    page.set(proposedText(plan));
    const at = new vscode.Range(plan.hunks[hunk]?.line ?? 0, 0, plan.hunks[hunk]?.line ?? 0, 0);
    const title = `${vscode.workspace.asRelativePath(file)} · ${session.title} — CodeSaga`;
    await vscode.commands.executeCommand("vscode.diff", file, page.uri, title, { preview: true, selection: at });
  };

  const applyAll = async (): Promise<void> => {
    const plans = session?.rows.map(({ plan }) => plan) ?? [];
    if (!session || plans.flatMap(chosenOf).length === 0) return tell(vscode.l10n.t("Nothing is chosen."));
    const applied = await apply(plans);
    switch (applied.kind) {
      case "applied": {
        await discard();
        const text = vscode.l10n.t("Applied in {0} files, {1} places", applied.files, applied.hunks);
        vscode.window.setStatusBarMessage(text, 8000);
        return;
      }
      case "refused":
        return tell(vscode.l10n.t("The editor did not accept the change. Check that the file can be written."));
      case "changed":
        return tellChanged(applied.files);
    }
  };

  /** Shows what is different from when the model was asked; what to do then is the user's choice. */
  const tellChanged = async (files: readonly FilePlan[]): Promise<void> => {
    const names = files.map(({ uri }) => vscode.workspace.asRelativePath(vscode.Uri.parse(uri)));
    for (const { uri } of files) update(uri, (row) => ({ ...row, note: vscode.l10n.t("changed meanwhile") }));
    draw();
    const [first] = files;
    if (first) await showDifference(first);
    const drop = vscode.l10n.t("Discard");
    const text = vscode.l10n.t("Nothing was applied: {0} changed since the question was asked.", names.join(", "));
    if ((await vscode.window.showWarningMessage(text, drop)) === drop) await discard();
  };

  const showDifference = async ({ uri, before }: FilePlan): Promise<void> => {
    const file = vscode.Uri.parse(uri);
    const asked = pages.createEdit(file.path);
    asked.set(before);
    session?.pages.set(`${uri}#asked`, asked);
    const title = vscode.l10n.t("{0}: as it was asked about, and now", vscode.workspace.asRelativePath(file));
    await vscode.commands.executeCommand("vscode.diff", asked.uri, file, title, { preview: true });
  };

  ctx.own({ dispose: () => session?.cancel.cancel() });
  return { start, apply: applyAll, discard, show };
}

function answered(row: Row, edits: readonly Replacement[]): Row {
  const { file, taken } = withEdits(row.plan, edits);
  return { plan: file, busy: false, note: taken ? row.note : vscode.l10n.t("two answers change the same lines") };
}

const UNCHANGED = () => vscode.l10n.t("stays as it is");

function looking<T>(work: () => Thenable<T>): Thenable<T> {
  const title = vscode.l10n.t("Looking for where it is used…");
  return vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, work);
}

function askInstruction({ name, files, leftOut }: Found): Thenable<string | undefined> {
  const count = files.length + leftOut;
  return vscode.window.showInputBox({
    title:
      count === 1
        ? vscode.l10n.t("Refactor {0} in 1 file", name)
        : vscode.l10n.t("Refactor {0} in {1} files", name, count),
    prompt: vscode.l10n.t("What is to change, here and wherever it is used?"),
    placeHolder: vscode.l10n.t("For example: take the tax as a second parameter"),
  });
}

async function closePages(pages: readonly Page[]): Promise<void> {
  const ours = new Set(pages.map(({ uri }) => uri.toString()));
  const tabs = vscode.window.tabGroups.all
    .flatMap((group) => group.tabs)
    .filter(
      ({ input }) =>
        input instanceof vscode.TabInputTextDiff &&
        (ours.has(input.modified.toString()) || ours.has(input.original.toString())),
    );
  if (tabs.length > 0) await vscode.window.tabGroups.close(tabs, false);
  for (const page of pages) page.dispose();
}

function setState(value: "asking" | "ready" | undefined): Thenable<unknown> {
  return vscode.commands.executeCommand("setContext", CONTEXT, value);
}

function tell(text: string): void {
  void vscode.window.showInformationMessage(text);
}
