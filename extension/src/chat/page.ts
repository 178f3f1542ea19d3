/**
 * The chat page's first script: it listens to the extension, draws what it hears once a frame, and
 * keeps the turns in the editor's own store. The draft goes to the extension, which stores it at once;
 * the editor writes a page's store to disk only now and then.
 */

import { createRef, h, render } from "preact";
import { batch } from "./batch";
import { KIND_SCOPES, type TokenKind } from "./colours/kinds";
import type { TokenColours } from "./colours/theme";
import { type FromPage, readToPage, type ToPage } from "./messages";
import { actions } from "./page/actions";
import { App } from "./page/app";
import { bringBack, removeText, takeBack } from "./page/fieldText";
import { createPainter, loadColours } from "./page/painter";
import { onDragOver, onDrop } from "./page/pasting";
import { firstState, reduce } from "./page/state";
import { toKeep } from "./transcript";
import { type Kept, readKept } from "./turns";
import "./page/page.css";

/** What the editor offers a webview. */
declare function acquireVsCodeApi(): {
  postMessage(message: FromPage): void;
  getState(): unknown;
  setState(state: Kept): void;
};

const KEPT_CHARACTERS_MAX = 400_000;
const KEEP_AFTER_MS = 250;

main();

function main() {
  const script = document.currentScript as HTMLScriptElement | null;
  const root = document.getElementById("chat");
  if (!root) throw new Error("the page has no #chat");
  const editor = acquireVsCodeApi();
  const kept = readKept(editor.getState());
  const input = createRef<HTMLTextAreaElement>();
  const does = actions((message) => editor.postMessage(message));
  const painter = createPainter(() => loadColours(script));
  let state = firstState(kept);
  let draft = "";

  const keepTurns = later(KEEP_AFTER_MS, () => editor.setState(toKeep(state.conversation, KEPT_CHARACTERS_MAX)));
  const tellDraft = later(KEEP_AFTER_MS, () => does.draft(draft));
  const keepDraft = (text: string) => {
    draft = text;
    tellDraft.soon();
  };
  // Whoever leaves the page may load the window again.
  window.addEventListener("blur", tellDraft.now);
  const draw = () => render(h(App, { state, actions: does, painter, input, keepDraft }), root);
  const received = batch<ToPage>(nextFrame, (messages) => {
    const before = state;
    state = messages.reduce(reduce, state);
    if (state !== before) draw();
    if (state.conversation !== before.conversation) keepTurns.soon();
    for (const message of messages) {
      if (message.type === "colours") paintWith(message.colours);
      else intoField(message);
    }
  });

  let composing = false;
  for (const type of ["compositionstart", "compositionend"]) {
    document.addEventListener(type, () => {
      composing = type === "compositionstart";
    });
  }
  const intoField = (message: ToPage) => {
    const field = input.current;
    if (!field) return;
    if (message.type === "init") bringBack(field, message.draft);
    else if (message.type === "takeBack") takeBack(field, message.text);
    // A syllable being composed is worth more than a tidy question.
    else if (message.type === "pastedAsChip" && !composing) removeText(field, message.text);
  };
  document.addEventListener("dragover", onDragOver);
  document.addEventListener("drop", (event) => onDrop(event, does));
  window.addEventListener("message", (event) => {
    const message = readToPage(event.data);
    if (message?.type === "focus") input.current?.focus();
    else if (message) received.add(message);
  });
  draw();
  editor.postMessage({ type: "ready", kept: kept ?? null });
}

/** By the style sheet's own names, since the page's policy knows no styles but its own. */
function paintWith(colours: TokenColours) {
  for (const kind of Object.keys(KIND_SCOPES) as TokenKind[]) {
    document.documentElement.style.setProperty(`--token-${kind}`, colours[kind] ?? "");
  }
}

/** A frame where there are frames; a hidden page has none, and must not fall behind. */
function nextFrame(run: () => void) {
  if (document.hidden) setTimeout(run);
  else requestAnimationFrame(run);
}

/** At most once in that time, and always after the last call. */
function later(ms: number, run: () => void): { soon(): void; now(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const due = () => {
    clearTimeout(timer);
    timer = undefined;
    run();
  };
  return {
    soon() {
      timer ??= setTimeout(due, ms);
    },
    now() {
      if (timer !== undefined) due();
    },
  };
}
