/**
 * The input's side of the extension: what goes along with a question, what is offered while it is
 * typed, and what is done when it is sent. What is said then is talk.ts's.
 */

import type * as vscode from "vscode";
import type { Ctx } from "../ctx";
import type { ChatContext } from "../engine";
import type { FromComposer, ToComposer } from "./composerMessages";
import { fileContext, selectionAttachment, selectionContext } from "./context/automatic";
import { openBasket } from "./context/basket";
import type { ToPage } from "./messages";
import { followEditors, suggestions } from "./offers";

const DRAFT_KEY = "codesaga.chat.draft";

/** What the input needs of the panel around it. */
export interface ComposerOptions {
  post(message: ToComposer): void;
  isVisible(): boolean;
  ask(text: string, context: ChatContext[]): void;
}

/** The parts of the page's first message that are the input's. */
export type FirstOfComposer = Pick<Extract<ToPage, { type: "init" }>, "suggestions" | "chips" | "sendWith" | "draft">;

export interface ComposerSide {
  hear(message: FromComposer): unknown;
  /** What a page that has just been loaded shows. */
  first(): FirstOfComposer;
  /** The editor the user was in last. */
  editor(): vscode.TextEditor | undefined;
  /** Another conversation begins, which has seen nothing of the code. */
  forget(): void;
}

export function startComposer(ctx: Ctx, { post, isVisible, ask }: ComposerOptions): ComposerSide {
  const { workspaceState } = ctx.extension;
  const basket = openBasket();
  let told = "";

  const editors = followEditors(ctx, () => isVisible() && tell());
  const offers = () => {
    const selected = selectionContext(editors.last());
    basket.offer(selected ? [selectionAttachment(selected)] : []);
    return { chips: basket.chips(), suggestions: suggestions(editors.last()) };
  };
  const tell = () => {
    const { chips, suggestions } = offers();
    // The cursor moves with every key; what is offered seldom changes.
    const now = JSON.stringify([chips, suggestions]);
    if (now === told) return;
    told = now;
    post({ type: "chips", chips });
    post({ type: "suggestions", suggestions });
  };
  const contextAbout = (about: "chips" | "file" | "nothing"): ChatContext[] => {
    if (about === "nothing") return [];
    const file = about === "file" ? fileContext(editors.last()) : undefined;
    if (file) return [file];
    const taken = basket.take().flatMap(({ contexts }) => contexts);
    tell();
    return taken;
  };

  return {
    hear(message) {
      switch (message.type) {
        case "draft":
          return workspaceState.update(DRAFT_KEY, message.text);
        case "send":
          return ask(message.text, contextAbout(message.about));
        case "removeChip":
          basket.remove(message.id);
          return tell();
        case "complete":
        case "choose":
        case "pasted":
        case "dropped":
          return undefined;
      }
    },
    first() {
      const { chips, suggestions } = offers();
      told = "";
      return { chips, suggestions, sendWith: ctx.config.chatSendWith, draft: workspaceState.get(DRAFT_KEY, "") };
    },
    editor: () => editors.last(),
    forget() {
      basket.forget();
      tell();
    },
  };
}
