/**
 * What stands over the hunks of a proposal: to accept or reject that one, and over the first what is
 * to be known of the whole. In the diff's right half, and in the editor where it is shown in place.
 */
import * as vscode from "vscode";
import { l10n } from "vscode";
import type { Ctx } from "../ctx";
import { selector } from "../documents";
import { EDIT_SCHEME } from "../pages";
import type { Proposal } from "../proposal";
import { isBroken, warningText } from "./warnings";

/** Gives what has to be called when other lenses are due. */
export function registerLenses(ctx: Ctx, current: () => Proposal | undefined): () => void {
  const changed = ctx.own(new vscode.EventEmitter<void>());
  const provider: vscode.CodeLensProvider = {
    onDidChangeCodeLenses: changed.event,
    provideCodeLenses: (document) => {
      const proposal = current();
      return proposal && showsIn(proposal, document) ? lensesOf(proposal, document) : [];
    },
  };
  ctx.own(vscode.languages.registerCodeLensProvider([{ scheme: EDIT_SCHEME }, ...selector()], provider));
  return () => changed.fire();
}

function showsIn(proposal: Proposal, document: vscode.TextDocument): boolean {
  if (proposal.shownAs === "inline") return proposal.follows(document);
  return document.uri.toString() === proposal.pageUri.toString();
}

function lensesOf(proposal: Proposal, document: vscode.TextDocument): vscode.CodeLens[] {
  const hunks = proposal.hunksIn(document);
  const isIntact = proposal.answers.shown?.isIntact(proposal.request.document.getText()) === true;
  const several = hunks.length > 1 && proposal.shownAs === "inline";
  return hunks.flatMap(({ id, start }, index) => {
    const { line } = document.positionAt(start);
    const lens = (title: string, command: string, ...args: unknown[]) =>
      new vscode.CodeLens(new vscode.Range(line, 0, line, 0), { title, command, arguments: args });
    const own = isIntact
      ? [
          lens(icon("check", l10n.t("Accept")), "codesaga.acceptHunk", id),
          lens(icon("close", l10n.t("Reject")), "codesaga.rejectHunk", id),
        ]
      : [];
    const all = index === 0 && several && isIntact ? [lens(l10n.t("Accept All"), "codesaga.acceptEdit")] : [];
    // Half a window has little room: what can be done comes before what is to be known.
    return [...own, ...all, ...(index === 0 ? ofWhole(proposal, isIntact, lens) : [])];
  });
}

function ofWhole(
  { answers }: Proposal,
  isIntact: boolean,
  lens: (title: string, command: string) => vscode.CodeLens,
): vscode.CodeLens[] {
  const lenses: vscode.CodeLens[] = [];
  if (!isIntact) {
    const text = l10n.t("This code has changed since the question was asked");
    lenses.push(lens(icon("warning", text), "codesaga.acceptEdit"));
  }
  for (const warning of answers.shown?.warnings ?? []) {
    const text = warningText(warning);
    if (text === undefined) continue;
    const title = icon("warning", text);
    lenses.push(isBroken(warning) ? lens(`${title} ${l10n.t("Try Again")}`, "codesaga.retryEdit") : lens(title, ""));
  }
  if (answers.all.length > 1) {
    lenses.push(lens(l10n.t("Answer {0} of {1}", answers.place, answers.all.length), "codesaga.compareAnswers"));
  }
  return lenses;
}

/** A plain blank beside an icon is not drawn there. */
function icon(name: string, text: string): string {
  return `$(${name})\u00a0${text}`;
}
