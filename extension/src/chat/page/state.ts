/** What the page shows, as a pure function of the messages it received. */

import type { Chip, Offer, SendWith, Suggestion, ToComposer } from "../composerMessages";
import type { EditedQuestion, ToPage } from "../messages";
import type { Texts } from "../pageTexts";
import { apply } from "../transcript";
import type { Conversation, Kept } from "../turns";

export interface PageState {
  /** Absent until the extension has answered. */
  texts: Texts | undefined;
  conversation: Conversation;
  suggestions: Suggestion[];
  composer: ComposerState;
  /** The question that was being edited before the page was loaded. */
  edited: EditedQuestion | null;
}

/** What stands around the input. What stands in it, the input alone knows. */
export interface ComposerState {
  chips: Chip[];
  offered: Offered;
  /** One line that says what became of what was asked; empty for none. */
  notice: string;
  sendWith: SendWith;
}

/** The newest answer to what was typed behind an `@` or a `/`. */
export interface Offered {
  ask: number;
  offers: Offer[];
}

/** What can be shown before the extension has answered. */
export function firstState(kept: Kept | undefined): PageState {
  const turns = kept?.turns ?? [];
  return {
    texts: undefined,
    conversation: kept?.session === undefined ? { turns } : { session: kept.session, turns },
    suggestions: [],
    composer: { chips: [], offered: { ask: 0, offers: [] }, notice: "", sendWith: "enter" },
    edited: null,
  };
}

/** The state after a message. */
export function reduce(state: PageState, message: ToPage): PageState {
  switch (message.type) {
    case "init": {
      const { texts, conversation, suggestions, chips, sendWith, edited } = message;
      return { texts, conversation, suggestions, composer: { ...state.composer, chips, sendWith }, edited };
    }
    case "conversation":
      return { ...state, conversation: message.conversation };
    case "events": {
      const conversation = apply(state.conversation, message.events);
      return conversation === state.conversation ? state : { ...state, conversation };
    }
    case "colours":
      return state;
    case "suggestions":
      return { ...state, suggestions: message.suggestions };
    default:
      return { ...state, composer: composerAfter(state.composer, message) };
  }
}

function composerAfter(composer: ComposerState, message: ToComposer): ComposerState {
  switch (message.type) {
    case "chips":
      return { ...composer, chips: message.chips };
    case "offers": {
      const { ask, offers } = message;
      return ask < composer.offered.ask ? composer : { ...composer, offered: { ask, offers } };
    }
    case "notice":
      return { ...composer, notice: message.line };
    case "sendWith":
      return { ...composer, sendWith: message.sendWith };
    default:
      return composer;
  }
}
