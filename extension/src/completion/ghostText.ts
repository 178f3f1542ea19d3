/**
 * Ghost text: the editor asks, the engine answers, and what cannot be shown is left out silently.
 * When to wait, what to reuse and where to stop is the engine's business. An answer is given when it is
 * complete, and the editor keeps the one before as long as it fits: so nothing ever flickers.
 */
import * as vscode from "vscode";
import type { Ctx } from "../ctx";
import { selector } from "../documents";
import { completes } from "./allowed";
import { type Completion, lastCompletion } from "./answer";
import { cellsAbove } from "./cells";
import { createInFlight } from "./inFlight";
import { type Choice, type Suggested, shownBeside } from "./item";

export interface GhostText {
  /** Lets go of the answer under way, if any: Escape was pressed. */
  letGo(): void;
}

export function registerGhostText(ctx: Ctx): GhostText {
  const inFlight = createInFlight(ctx);
  let given = 0;

  const provideInlineCompletionItems: vscode.InlineCompletionItemProvider["provideInlineCompletionItems"] = async (
    document,
    position,
    { triggerKind, selectedCompletionInfo },
    token,
  ) => {
    inFlight.letGo();
    if (!completes(ctx, document)) return [];
    const { version } = document;
    const choice = selectedCompletionInfo && choiceOf(document, selectedCompletionInfo);
    const reply = ctx.engine.complete(document, {
      offset: document.offsetAt(position),
      trigger: triggerKind === vscode.InlineCompletionTriggerKind.Invoke ? "invoke" : "automatic",
      ...(choice && { selected: { startOffset: choice.start, endOffset: choice.end, text: choice.text } }),
      above: cellsAbove(document),
      skip: ctx.config.skip,
    });
    const done = inFlight.begin(reply, document, position, token);
    const completion = await lastCompletion(ctx, reply);
    done();
    if (token.isCancellationRequested || document.version !== version) return [];
    const textBetween = (start: number, end: number): string => document.getText(rangeOf(document, { start, end }));
    const shown = completion && shownBeside(suggestedOf(completion), choice, textBetween);
    if (!shown) {
      ctx.outcomes.nothingOffered(document.uri);
      return [];
    }
    given += 1;
    ctx.outcomes.offered({
      id: given,
      uri: document.uri.toString(),
      language: document.languageId,
      start: shown.start,
      present: textBetween(shown.start, document.offsetAt(position)),
      whole: shown.text,
      widget: choice && choice.start - shown.start + choice.text.length,
    });
    const accepted = { title: "", command: "_codesaga.accepted", arguments: [given] };
    return [new vscode.InlineCompletionItem(shown.text, rangeOf(document, shown), accepted)];
  };

  ctx.own(vscode.languages.registerInlineCompletionItemProvider(selector(), { provideInlineCompletionItems }));
  return { letGo: inFlight.letGo };
}

function choiceOf(document: vscode.TextDocument, { range, text }: vscode.SelectedCompletionInfo): Choice {
  return { start: document.offsetAt(range.start), end: document.offsetAt(range.end), text };
}

function suggestedOf({ startOffset, endOffset, text }: Completion): Suggested {
  return { start: startOffset, end: endOffset, text };
}

function rangeOf(document: vscode.TextDocument, { start, end }: { start: number; end: number }): vscode.Range {
  return new vscode.Range(document.positionAt(start), document.positionAt(end));
}
