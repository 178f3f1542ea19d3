/**
 * The chat panel: joins the page, the talk and the editor. It holds no conversation itself
 * (talk.ts) and draws nothing (page.ts).
 */

import { randomBytes, randomUUID } from "node:crypto";
import * as vscode from "vscode";
import type { Ctx } from "../ctx";
import { type ChatContext, failureOf } from "../engine";
import { showFailure } from "../errors";
import { isWebLink } from "./checks";
import { insertCode, openAsFile } from "./code";
import { startComposer } from "./composer";
import { withinLimit } from "./context/automatic";
import { showHistory } from "./history";
import { pageHtml } from "./html";
import { type FromPage, readFromPage, type ToPage } from "./messages";
import { startedEngine } from "./started";
import { startTalk } from "./talk";
import { titleOf } from "./text";
import { pageTexts, talkWords } from "./texts";

/** What the rest of the extension can do with the panel. */
export interface ChatPanel {
  /** Shows the panel with the cursor in its input. */
  open(): Promise<void>;
  /** Shows the panel and asks. */
  ask(text: string, context?: readonly ChatContext[]): Promise<void>;
  newConversation(): Promise<void>;
  /** Lets the user choose among the conversations the server remembers. */
  history(): Promise<void>;
}

const VIEW = "codesaga.chat";
const SESSION_KEY = "codesaga.chat.session";
/** Pieces of an answer are sent to the page at most this often: about once a frame. */
const TELL_EVERY_MS = 16;

export function registerChat(ctx: Ctx): ChatPanel {
  const { workspaceState } = ctx.extension;
  const engine = startedEngine(ctx.engine);
  let view: vscode.WebviewView | undefined;
  let wantsFocus = false;

  const post = (message: ToPage) => void view?.webview.postMessage(message);
  const talk = startTalk({
    engine,
    words: talkWords,
    memory: {
      get: () => workspaceState.get<string>(SESSION_KEY),
      set: (session) => void workspaceState.update(SESSION_KEY, session),
    },
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
  const showTitle = () => {
    if (view) view.description = titleOf(talk.conversation().turns[0]?.user);
  };

  const hear = (message: FromPage) => {
    switch (message.type) {
      case "ready": {
        const back = talk.comeBack(message.kept);
        post({
          type: "init",
          texts: pageTexts(),
          conversation: talk.conversation(),
          ...composer.first(),
        });
        if (wantsFocus) post({ type: "focus" });
        wantsFocus = false;
        showTitle();
        return back;
      }
      case "stop":
        return talk.stop();
      case "retry":
        return talk.retry(message.turn);
      case "copy":
        return vscode.env.clipboard.writeText(message.text);
      case "insert":
        return insertCode(composer.editor(), message.text);
      case "newFile":
        return openAsFile(message.text, message.language);
      case "openLink":
        return isWebLink(message.url) && vscode.env.openExternal(vscode.Uri.parse(message.url));
      default:
        return composer.hear(message);
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
  return {
    open,
    async ask(text, context = []) {
      await open();
      talk.ask(text, context.map(withinLimit));
    },
    async newConversation() {
      talk.startNew();
      composer.forget();
      await open();
    },
    history: () =>
      showHistory(
        ctx,
        async (id) => {
          try {
            const session = await ctx.engine.session(id);
            if (session) {
              talk.change(session);
              composer.forget();
            }
            await open();
          } catch (error) {
            await showFailure(ctx, failureOf(error));
          }
        },
        (id) => id === talk.conversation().session && talk.startNew(),
      ),
  };
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
