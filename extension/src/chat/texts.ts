/** The words of the chat, in the editor's language: the page's fixed texts and the talk's sentences. */

import { l10n } from "vscode";
import { failureText } from "../errors";
import type { Texts } from "./pageTexts";
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
  };
}

export const talkWords: TalkWords = {
  queued: (place) => l10n.t("Place {0} in the queue", place),
  warning,
  failed: failureText,
  waitsForAnswer: () => l10n.t("Waits for the answer above."),
  tooManyWait: () => l10n.t("Several questions are waiting already. Try again when they are answered."),
  loading: () => l10n.t("Loading the conversation…"),
  forgotten: () => l10n.t("The server no longer remembers this conversation. This is what the editor kept."),
  notReached: () => l10n.t("The server cannot be reached now. This is what the editor kept."),
};

function warning(code: string): string {
  switch (code) {
    case "turns_left_out":
      return l10n.t("The conversation is long: its oldest messages were left out.");
    case "turns_digested":
      return l10n.t("The conversation is long: the model saw its oldest messages in short form.");
    case "secrets_hidden":
      return l10n.t("Keys and passwords were replaced before anything was sent.");
    case "reconnecting":
      return l10n.t("The connection broke. The answer goes on when it is back.");
    case "memory_degraded":
      return l10n.t("The server could not store this; it may not remember it later.");
    case "truncated":
      return l10n.t("The answer reached its length limit. Ask to continue.");
    default:
      return l10n.t("The server reported a problem with this answer.");
  }
}
