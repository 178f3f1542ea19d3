/** What the page asks of the extension, as plain functions that can be handed down. */

import type { About, Trigger } from "../composerMessages";
import type { FromPage } from "../messages";

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
    openLink: (url) => post({ type: "openLink", url }),
  };
}
