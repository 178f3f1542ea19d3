/**
 * The chat panel: joins the page, the talk and the editor. It holds no conversation itself
 * (talk.ts) and draws nothing (page.ts).
 */

import { randomBytes, randomUUID } from "node:crypto";
import * as vscode from "vscode";
import { l10n } from "vscode";
import type { Ctx } from "../ctx";
import { type ChatContext, failureOf } from "../engine";
import { showFailure } from "../errors";
import type { Edits } from "../preview";
import { startComposer } from "./composer";
import { withinLimit } from "./context/automatic";
import { renameConversation, showHistory } from "./history";
import { pageHtml } from "./html";
import { markdownOf } from "./markdownOf";
import { type EditedQuestion, type FromPage, readFromPage, type ToPage } from "./messages";
import { startedEngine } from "./started";
import { startTalk } from "./talk";
import { titleOf } from "./text";
import { pageTexts, talkWords } from "./texts";
import { themeColours } from "./themeColours";
import { onTurnMessage, type TurnActions } from "./turnActions";
import { keepUnderway } from "./underway";

/** What the rest of the extension can do with the panel. */
export interface ChatPanel {
  /** Shows the panel with the cursor in its input. */
  open(): Promise<void>;
  /** Shows the panel and asks. */
  ask(text: string, context?: readonly ChatContext[]): Promise<void>;
  /** Shows the panel with these files or folders beside the next question, or else the selection or the open file. */
  attach(uris?: readonly vscode.Uri[]): Promise<void>;
  /** Shows the panel with what is selected in the terminal beside the next question. */
  attachTerminalSelection(): Promise<void>;
  newConversation(): Promise<void>;
  /** Lets the user choose among the conversations the server remembers. */
  history(): Promise<void>;
  /** Asks for another name of the conversation on show. */
  rename(): Promise<void>;
  /** Opens the conversation on show as a new Markdown file. */
  exportMarkdown(): Promise<void>;
}

const VIEW = "codesaga.chat";
const SESSION_KEY = "codesaga.chat.session";
const EDITED_KEY = "codesaga.chat.edited";
/** Pieces of an answer are sent to the page at most this often: about once a frame. */
const TELL_EVERY_MS = 16;

export function registerChat(ctx: Ctx, edits: Edits): ChatPanel {
  const { workspaceState } = ctx.extension;
  const engine = startedEngine(ctx.engine);
  let view: vscode.WebviewView | undefined;
  let wantsFocus = false;
  /** The name the conversation was given. */
  let given: { session: string | undefined; title: string } | undefined;
  let searched = "";

  const post = (message: ToPage) => void view?.webview.postMessage(message);
  const talk = startTalk({
    engine,
    words: talkWords,
    memory: {
      get: () => workspaceState.get<string>(SESSION_KEY),
      set: (session) => void workspaceState.update(SESSION_KEY, session),
    },
    underway: keepUnderway(workspaceState),
    tell: (message) => {
      post(message);
      showTitle();
    },
    newId: randomUUID,
    schedule: (run) => void setTimeout(run, TELL_EVERY_MS),
  });

  const composer = startComposer(ctx, {
    post,
    isVisible: () => view?.visible === true,
    ask: (text, context) => talk.ask(text, context),
  });
  const firstWords = () => titleOf(talk.conversation().turns[0]?.user);
  const showTitle = () => {
    if (view) view.description = given && given.session === talk.conversation().session ? given.title : firstWords();
  };

  const tellColours = async () => post({ type: "colours", colours: await themeColours(ctx) });
  ctx.own(vscode.window.onDidChangeActiveColorTheme(() => void tellColours()));

  const actions: TurnActions = {
    ctx,
    edits,
    talk,
    editor: composer.editor,
    keepEdited: (turn, text) => workspaceState.update(EDITED_KEY, turn === "" ? null : { turn, text }),
  };

  const hear = (message: FromPage) => {
    switch (message.type) {
      case "ready": {
        const back = talk.comeBack(message.kept);
        post({
          type: "init",
          texts: pageTexts(),
          conversation: talk.conversation(),
          edited: workspaceState.get<EditedQuestion | null>(EDITED_KEY, null),
          ...composer.first(),
        });
        if (wantsFocus) post({ type: "focus" });
        wantsFocus = false;
        void tellColours();
        showTitle();
        return back;
      }
      case "draft":
      case "send":
      case "removeChip":
      case "complete":
      case "choose":
      case "pasted":
      case "dropped":
        return composer.hear(message);
      default:
        return onTurnMessage(actions, message);
    }
  };

  ctx.own(
    vscode.window.registerWebviewViewProvider(VIEW, {
      resolveWebviewView(resolved) {
        view = resolved;
        resolved.onDidDispose(() => {
          if (view === resolved) view = undefined;
        });
        resolved.webview.onDidReceiveMessage((value) => {
          const message = readFromPage(value);
          if (message) void hear(message);
          else ctx.log.warn("The chat page sent a message that is none");
        });
        loadPage(resolved.webview, ctx.extension.extensionUri);
      },
    }),
  );

  const open = async () => {
    wantsFocus = !view?.visible;
    await vscode.commands.executeCommand(`${VIEW}.focus`);
    post({ type: "focus" });
  };
  const openConversation = async (id: string) => {
    const session = await ctx.engine.session(id);
    if (session) {
      const isGiven = session.title !== "" && !session.log[0]?.user.startsWith(session.title.replace(/…$/, ""));
      given = isGiven ? { session: id, title: session.title } : undefined;
      talk.change(session);
      composer.forget();
    }
    await open();
  };
  return {
    open,
    async ask(text, context = []) {
      await open();
      talk.ask(text, context.map(withinLimit));
    },
    async attach(uris) {
      await open();
      await composer.attach(uris);
    },
    async attachTerminalSelection() {
      await composer.attachTerminalSelection();
      await open();
    },
    async newConversation() {
      talk.startNew();
      composer.forget();
      await open();
    },
    history: () =>
      showHistory(ctx, {
        opened: (id) => orShow(ctx, () => openConversation(id)),
        deleted: (id) => id === talk.conversation().session && talk.startNew(),
        search: {
          get: () => searched,
          set: (text) => {
            searched = text;
          },
        },
      }),
    async rename() {
      const { session } = talk.conversation();
      if (session === undefined) return;
      const title = await renameConversation(ctx, session, given?.session === session ? given.title : firstWords());
      if (title === undefined) return;
      given = title === "" ? undefined : { session, title };
      showTitle();
    },
    async exportMarkdown() {
      const conversation = talk.conversation();
      if (conversation.turns.length === 0) {
        void vscode.window.showInformationMessage(l10n.t("There is nothing in this conversation yet."));
        return;
      }
      const content = markdownOf(conversation, {
        title: view?.description || l10n.t("Conversation"),
        question: l10n.t("Question"),
        answer: l10n.t("Answer"),
      });
      await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ content, language: "markdown" }));
    },
  };
}

async function orShow(ctx: Ctx, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    await showFailure(ctx, failureOf(error));
  }
}

function loadPage(webview: vscode.Webview, extension: vscode.Uri): void {
  const dist = vscode.Uri.joinPath(extension, "dist");
  const address = (file: string) => String(webview.asWebviewUri(vscode.Uri.joinPath(dist, file)));
  webview.options = { enableScripts: true, localResourceRoots: [dist] };
  webview.html = pageHtml({
    script: address("chat.js"),
    style: address("chat.css"),
    source: webview.cspSource,
    nonce: randomBytes(18).toString("base64url"),
    language: vscode.env.language,
  });
}
