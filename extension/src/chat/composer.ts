/**
 * The input's side of the extension: what goes along with a question, what is offered while it is
 * typed, and what is done when it is sent. What is said then is talk.ts's.
 */

import * as vscode from "vscode";
import { l10n } from "vscode";
import { changesChatInput } from "../config";
import type { Ctx } from "../ctx";
import { isFollowed } from "../documents";
import type { ChatContext } from "../engine";
import { cannotWorkIn } from "../tasks/target";
import type { About, FromComposer, ToComposer, Trigger } from "./composerMessages";
import { composerLimits } from "./composerMessages";
import { addressed, readAddress } from "./context/addresses";
import { automatic, fileContext, rangeContext, selectionAttachment, selectionContext } from "./context/automatic";
import { openBasket } from "./context/basket";
import { type Found, fileAt } from "./context/files";
import { type Mention, mentions } from "./context/mentions";
import { originOfPasted } from "./context/pasted";
import { isPrivate, shownPath } from "./context/reader";
import { terminalSelection } from "./context/terminal";
import type { ToPage } from "./messages";
import { followEditors, suggestions } from "./offers";
import { commandOffers, readCommand } from "./slash/commands";
import { fillPrompt, needsSelection, type TeamPrompt } from "./slash/promptFile";
import { registerPrompts } from "./slash/prompts";
import { describeCommand, runCommand } from "./slash/run";

const DRAFT_KEY = "codesaga.chat.draft";

/** Answers to what was typed a moment ago, of which a row may still be chosen. */
const ANSWERS_KEPT = 4;

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
  /** Puts files or folders along with the next question; without any, the selection or else the open file. */
  attach(uris?: readonly vscode.Uri[]): Promise<void>;
  attachTerminalSelection(): Promise<void>;
  /** Another conversation begins, which has seen nothing of the code. */
  forget(): void;
}

export function startComposer(ctx: Ctx, { post, isVisible, ask }: ComposerOptions): ComposerSide {
  const { workspaceState } = ctx.extension;
  const basket = openBasket();
  const prompts = registerPrompts(ctx);
  const answers = new Map<number, Mention[]>();
  let looks = 0;
  let told = "";
  /** One question is dealt with after the other, however long its files take to read. */
  let sending: Promise<void> = Promise.resolve();

  const editors = followEditors(ctx, () => isVisible() && void look());
  ctx.own(
    vscode.workspace.onDidChangeConfiguration(
      (event) => changesChatInput(event) && post({ type: "sendWith", sendWith: ctx.config.chatSendWith }),
    ),
  );
  ctx.own(ctx.engine.onDidStart(() => isVisible() && void look()));

  /** The private file in front, of which nothing can be asked. */
  let hidden: string | undefined;
  const toTry = () => {
    const editor = editors.last();
    return suggestions(editor && shownPath(editor.document.uri) === hidden ? undefined : editor);
  };

  /** Looks at the editor anew; only the newest look counts. */
  const look = async () => {
    looks += 1;
    const mine = looks;
    const editor = editors.last();
    const found = await automatic(ctx, editor);
    const path = editor && shownPath(editor.document.uri);
    const isHidden = path !== undefined && found.length === 0 && (await isPrivate(ctx, path));
    if (mine !== looks) return;
    hidden = isHidden ? path : undefined;
    basket.offer(found);
    tell();
  };
  const tell = () => {
    const [chips, things] = [basket.chips(), toTry()];
    // The cursor moves with every key; what is offered seldom changes.
    const now = JSON.stringify([chips, things]);
    if (now === told) return;
    told = now;
    post({ type: "chips", chips });
    post({ type: "suggestions", suggestions: things });
  };
  const say = (line: string) => post({ type: "notice", line });
  const put = (found: Found) => {
    if (found.kind === "refused") {
      say(found.sentence);
      return;
    }
    say(basket.add(found.attachment) === "full" ? l10n.t("More does not fit into one question.") : "");
    tell();
  };

  const complete = async (number: number, trigger: Trigger, query: string) => {
    const found: Mention[] =
      trigger === "@"
        ? await mentions(ctx, query)
        : commandOffers(query, await prompts.list(), describeCommand).map((offer) => ({ offer }));
    const rows = found.slice(0, composerLimits.offersMax);
    answers.set(number, rows);
    for (const old of answers.keys()) if (old <= number - ANSWERS_KEPT) answers.delete(old);
    post({ type: "offers", ask: number, offers: rows.map(({ offer }) => offer) });
  };
  const choose = async (number: number, at: number) => {
    const found = await answers.get(number)?.[at]?.find?.();
    if (found) put(found);
  };
  const attach = async (uris?: readonly vscode.Uri[]) => {
    if (uris) {
      for (const uri of uris.slice(0, composerLimits.urisMax)) put(await addressed(ctx, uri));
      return;
    }
    const editor = editors.last();
    if (!editor) {
      const other = vscode.window.activeTextEditor?.document;
      say(other && !isFollowed(other) ? cannotWorkIn() : l10n.t("Open a file to ask about it."));
      return;
    }
    const path = shownPath(editor.document.uri);
    const selected = selectionContext(editor);
    if (selected && !(await isPrivate(ctx, path)))
      put({ kind: "attachment", attachment: selectionAttachment(selected) });
    else put(await fileAt(ctx, { path }));
  };
  const takeOrigin = async (text: string) => {
    const origin = originOfPasted(text);
    const context = origin && rangeContext(origin.document, origin.range);
    if (!context || (await isPrivate(ctx, context.path))) return;
    put({ kind: "attachment", attachment: selectionAttachment(context) });
    post({ type: "pastedAsChip", text });
  };

  const contextAbout = async (about: About): Promise<ChatContext[]> => {
    if (about === "nothing") return [];
    await look();
    const file = about === "file" ? fileContext(editors.last()) : undefined;
    if (file) return [file];
    const taken = basket.take().flatMap(({ contexts }) => contexts);
    tell();
    return taken;
  };
  const askPrompt = async (prompt: TeamPrompt, rest: string, about: About) => {
    const editor = editors.last();
    const path = editor ? shownPath(editor.document.uri) : "";
    const readable = editor && !(await isPrivate(ctx, path)) ? editor : undefined;
    const selection = selectionContext(readable)?.text ?? "";
    if (needsSelection(prompt) && selection === "") return false;
    const text = fillPrompt(prompt, { selection, file: path, language: editor?.document.languageId ?? "" }, rest);
    const context = await contextAbout(about);
    // What stands in the words need not go along beside them.
    ask(text, needsSelection(prompt) ? context.filter((piece) => piece.text !== selection) : context);
    return true;
  };
  const send = async (text: string, about: About) => {
    say("");
    const commanded = readCommand(text, await prompts.list());
    if (!commanded) {
      ask(text, await contextAbout(about));
    } else if (commanded.kind === "prompt") {
      if (await askPrompt(commanded.prompt, commanded.rest, about)) return;
      post({ type: "takeBack", text });
      say(l10n.t("Select the code that /{0} is about.", commanded.prompt.name));
    } else {
      const question = await runCommand(commanded.name, commanded.rest, editors.last());
      if (question !== undefined) ask(question, await contextAbout(about));
    }
  };

  return {
    hear(message) {
      switch (message.type) {
        case "draft":
          return workspaceState.update(DRAFT_KEY, message.text);
        case "send":
          sending = sending.then(() => send(message.text, message.about));
          return sending;
        case "removeChip":
          basket.remove(message.id);
          return tell();
        case "complete":
          return complete(message.ask, message.trigger, message.query);
        case "choose":
          return choose(message.ask, message.at);
        case "pasted":
          return takeOrigin(message.text);
        case "dropped":
          return attach(message.uris.map(readAddress).filter((uri) => uri !== undefined));
      }
    },
    first() {
      told = "";
      // A page counts its questions from one.
      answers.clear();
      void look();
      return {
        chips: basket.chips(),
        suggestions: toTry(),
        sendWith: ctx.config.chatSendWith,
        draft: workspaceState.get(DRAFT_KEY, ""),
      };
    },
    editor: () => editors.last(),
    attach,
    attachTerminalSelection: async () => put(await terminalSelection()),
    forget() {
      basket.forget();
      tell();
    },
  };
}
