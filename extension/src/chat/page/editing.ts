/**
 * Which question is being edited. What is typed is kept until it was asked or given up: it outlives
 * a reload, and is there again when the conversation is.
 */

import { useLayoutEffect, useReducer, useRef } from "preact/hooks";
import type { SendWith } from "../composerMessages";
import type { EditedQuestion } from "../messages";
import type { Turn } from "../turns";
import type { Actions } from "./actions";
import { rowName } from "./layout";
import type { PageState } from "./state";

export interface Editing {
  /** The turn whose question is open; only one of the conversation on show. */
  turn: string | undefined;
  sendWith: SendWith;
  /** What it says so far. */
  text(): string;
  begin(turn: Turn): void;
  typed(text: string): void;
  send(text: string): void;
  cancel(): void;
}

export function useEditing({ conversation, edited, composer }: PageState, actions: Actions): Editing {
  const now = useRef<(EditedQuestion & { sent?: boolean }) | null>(null);
  const [, drawAgain] = useReducer<number, void>((count) => count + 1, 0);
  useLayoutEffect(() => {
    if (!edited) return;
    now.current ??= edited;
    drawAgain();
  }, [edited]);
  // A turn that comes back from the server has another id here, and the same request.
  const key = now.current?.turn;
  const turn = conversation.turns.find(({ id, request }) => key !== undefined && (id === key || request === key))?.id;
  useLayoutEffect(() => {
    // It was asked, and another turn has taken its place.
    if (turn === undefined && now.current?.sent) forget();
  });
  const forget = () => {
    now.current = null;
    actions.editDraft("", "");
  };
  return {
    sendWith: composer.sendWith,
    turn,
    text: () => now.current?.text ?? "",
    begin({ id, request, user }) {
      now.current = { turn: request ?? id, text: user };
      drawAgain();
    },
    typed(text) {
      if (!now.current) return;
      now.current = { turn: now.current.turn, text };
      actions.editDraft(now.current.turn, text);
    },
    send(text) {
      if (!now.current || turn === undefined) return;
      now.current.sent = true;
      actions.askAgain(turn, text);
    },
    cancel() {
      forget();
      drawAgain();
      if (turn !== undefined) focusLater(`[data-row="${rowName(turn, 0)}"] .edit-question`);
    },
  };
}

/** The focus goes back to where editing began, once that is drawn again. */
function focusLater(selector: string): void {
  requestAnimationFrame(() => document.querySelector<HTMLElement>(selector)?.focus());
}
