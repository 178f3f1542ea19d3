/** The words of the chat, in the editor's language: the page's fixed texts and the talk's sentences. */

import * as vscode from "vscode";
import { l10n } from "vscode";
import { failureText } from "../errors";
import type { Texts } from "./pageTexts";
import type { Facts } from "./relay";
import type { TalkWords } from "./talk";

export function pageTexts(): Texts {
  return {
    placeholder: l10n.t("Ask (@ for context, / for commands)"),
    inputLabel: l10n.t("Question. Enter sends, Shift+Enter starts a new line, @ adds context, / lists commands."),
    inputLabelCtrl: l10n.t("Question. Ctrl+Enter sends, Enter starts a new line, @ adds context, / lists commands."),
    send: l10n.t("Send"),
    stop: l10n.t("Stop"),
    context: l10n.t("Goes along with the question"),
    addContext: l10n.t("Add Context…"),
    offers: l10n.t("Suggestions"),
    offersCount: l10n.t("{0} suggestions"),
    removeContext: l10n.t("Remove from the question"),
    copy: l10n.t("Copy"),
    copied: l10n.t("Copied"),
    insert: l10n.t("Insert at Cursor"),
    newFile: l10n.t("New File"),
    copyAnswer: l10n.t("Copy Answer"),
    retry: l10n.t("Try Again"),
    stopped: l10n.t("Stopped."),
    thinking: l10n.t("Thinking…"),
    emptyTitle: l10n.t("Ask CodeSaga"),
    emptyHint: l10n.t("Select code to ask about it, or try one of these."),
    you: l10n.t("Your question"),
    answerOf: l10n.t("Answer"),
    conversation: l10n.t("Conversation"),
    code: l10n.t("Code"),
    newest: l10n.t("Go to the newest answer"),
    apply: l10n.t("Apply to File…"),
    askAgain: l10n.t("Answer Again"),
    copyQuestion: l10n.t("Copy Question"),
    edit: l10n.t("Edit Question"),
    editLabel: l10n.t("Edited question. Enter sends, Escape cancels."),
    cancel: l10n.t("Cancel"),
    remove: l10n.t("Delete Question and Answer"),
    version: l10n.t("Version {0} of {1}"),
    earlierVersion: l10n.t("Earlier Version"),
    laterVersion: l10n.t("Later Version"),
    helpful: l10n.t("Helpful"),
    notHelpful: l10n.t("Not Helpful…"),
    seconds: l10n.t("{0}\u00a0s"),
    sameFailure: l10n.t("Not answered either, for the same reason."),
  };
}

export const talkWords: TalkWords = {
  queued: (place) => l10n.t("Place {0} in the queue", place),
  reconnecting: () => l10n.t("The connection was lost. Reconnecting…"),
  facts,
  warning: warningText,
  failed: failureText,
  waitsForAnswer: () => l10n.t("Waits for the answer above."),
  tooManyWait: () => l10n.t("Several questions are waiting already. Try again when they are answered."),
  loading: () => l10n.t("Loading the conversation…"),
  forgotten: () => l10n.t("The server no longer remembers this conversation. This is what the editor kept."),
  notReached: () => l10n.t("The server cannot be reached now. This is what the editor kept."),
  versionsUnknown: () => l10n.t("Other versions of this conversation could not be listed now."),
};

/** What an answer took, in one line. */
function facts({ promptTokens, completionTokens, firstTokenMs }: Facts): string {
  const number = new Intl.NumberFormat(vscode.env.language);
  const seconds = new Intl.NumberFormat(vscode.env.language, { maximumFractionDigits: 1 });
  if (promptTokens === 0) return "";
  // Nothing comes after no time at all.
  const shown = Math.max(firstTokenMs, 100) / 1_000;
  return l10n.t(
    "{0} tokens read, {1} written, first word after {2}\u00a0s",
    number.format(promptTokens),
    number.format(completionTokens),
    seconds.format(shown),
  );
}

/** What is said of an answer that is not quite what was asked for. */
export function warningText(code: string, count: number | undefined): string {
  switch (code) {
    case "turns_left_out":
      if (count === undefined) return l10n.t("The conversation is long: its oldest messages were left out.");
      return count === 1
        ? l10n.t("The conversation is long: its oldest message was left out.")
        : l10n.t("The conversation is long: its {0} oldest messages were left out.", count);
    case "turns_digested":
      if (count === undefined) return l10n.t("The conversation is long: its oldest messages went along as a summary.");
      return count === 1
        ? l10n.t("The conversation is long: its oldest message went along as a summary.")
        : l10n.t("The conversation is long: its {0} oldest messages went along as a summary.", count);
    case "secrets_hidden":
      return count === undefined || count === 1
        ? l10n.t("1 secret was hidden before sending.")
        : l10n.t("{0} secrets were hidden before sending.", count);
    case "memory_degraded":
      return l10n.t("The server could not store this; it may not remember it later.");
    case "truncated":
      return l10n.t("The answer reached its length limit. Ask to continue.");
    default:
      return l10n.t("The server reported a problem with this answer.");
  }
}
