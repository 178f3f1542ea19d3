/** What the page asks of the extension, as plain functions that can be handed down. */

import type { About, Trigger } from "../composerMessages";
import type { FromPage } from "../messages";
import type { Verdict } from "../turns";

export interface Actions {
  send(text: string, about: About): void;
  draft(text: string): void;
  stop(): void;
  retry(turn: string): void;
  removeChip(id: string): void;
  complete(ask: number, trigger: Trigger, query: string): void;
  choose(ask: number, at: number): void;
  pasted(text: string): void;
  dropped(uris: string[]): void;
  copy(text: string): void;
  insert(text: string): void;
  newFile(text: string, language: string): void;
  apply(code: { turn: string; text: string; file: string }): void;
  /** Asks a question again, or differently. */
  askAgain(turn: string, text?: string): void;
  /** Keeps an edited question; an empty turn says that none is being edited. */
  editDraft(turn: string, text: string): void;
  remove(turn: string): void;
  /** Shows another version of the conversation. */
  show(session: string): void;
  vote(turn: string, verdict: Verdict): void;
  openLink(url: string): void;
}

export function actions(post: (message: FromPage) => void): Actions {
  return {
    send: (text, about) => post({ type: "send", text, about }),
    draft: (text) => post({ type: "draft", text }),
    stop: () => post({ type: "stop" }),
    retry: (turn) => post({ type: "retry", turn }),
    removeChip: (id) => post({ type: "removeChip", id }),
    complete: (ask, trigger, query) => post({ type: "complete", ask, trigger, query }),
    choose: (ask, at) => post({ type: "choose", ask, at }),
    pasted: (text) => post({ type: "pasted", text }),
    dropped: (uris) => post({ type: "dropped", uris }),
    copy: (text) => post({ type: "copy", text }),
    insert: (text) => post({ type: "insert", text }),
    newFile: (text, language) => post({ type: "newFile", text, language }),
    apply: (code) => post({ type: "apply", ...code }),
    askAgain: (turn, text) => post({ type: "askAgain", turn, ...(text !== undefined && { text }) }),
    editDraft: (turn, text) => post({ type: "editDraft", turn, text }),
    remove: (turn) => post({ type: "remove", turn }),
    show: (session) => post({ type: "show", session }),
    vote: (turn, verdict) => post({ type: "vote", turn, verdict }),
    openLink: (url) => post({ type: "openLink", url }),
  };
}
