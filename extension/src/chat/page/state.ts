/** What the page shows, as a pure function of the messages it received. */

import type { Chip, Suggestion } from "../composerMessages";
import type { ToPage } from "../messages";
import type { Texts } from "../pageTexts";
import { apply } from "../transcript";
import type { Conversation, Kept } from "../turns";

export interface PageState {
  /** Absent until the extension has answered. */
  texts: Texts | undefined;
  conversation: Conversation;
  suggestions: Suggestion[];
  chip: Chip | null;
}

/** What can be shown before the extension has answered. */
export function firstState(kept: Kept | undefined): PageState {
  const turns = kept?.turns ?? [];
  return {
    texts: undefined,
    conversation: kept?.session === undefined ? { turns } : { session: kept.session, turns },
    suggestions: [],
    chip: null,
  };
}

/** The state after a message. */
export function reduce(state: PageState, message: ToPage): PageState {
  switch (message.type) {
    case "init": {
      const { texts, conversation, suggestions, chip } = message;
      return { texts, conversation, suggestions, chip };
    }
    case "conversation":
      return { ...state, conversation: message.conversation };
    case "events": {
      const conversation = apply(state.conversation, message.events);
      return conversation === state.conversation ? state : { ...state, conversation };
    }
    case "chip":
      return { ...state, chip: message.chip };
    case "suggestions":
      return { ...state, suggestions: message.suggestions };
    case "focus":
      return state;
  }
}
