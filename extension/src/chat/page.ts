/**
 * The chat page's first script: it listens to the extension, draws what it hears once a frame, and
 * keeps what must outlive the page (the draft, the turns) in the editor's own store.
 */

import { createRef, h, render } from "preact";
import { batch } from "./batch";
import { type FromPage, type Kept, readKept, readToPage, type ToPage } from "./messages";
import { actions } from "./page/actions";
import { App } from "./page/app";
import { firstState, reduce } from "./page/state";
import { toKeep } from "./transcript";
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
  const root = document.getElementById("chat");
  if (!root) throw new Error("the page has no #chat");
  const editor = acquireVsCodeApi();
  const kept = readKept(editor.getState());
  const input = createRef<HTMLTextAreaElement>();
  const does = actions((message) => editor.postMessage(message));
  let state = firstState(kept);
  let draft = kept?.draft ?? "";

  const keep = later(KEEP_AFTER_MS, () => {
    editor.setState(toKeep(state.conversation, draft, KEPT_CHARACTERS_MAX));
  });
  const keepDraft = (text: string) => {
    draft = text;
    keep();
  };
  const firstDraft = draft;
  const draw = () => {
    const app = h(App, { state, actions: does, input, draft: firstDraft, keepDraft });
    render(app, root);
  };
  const received = batch<ToPage>(nextFrame, (messages) => {
    const before = state;
    state = messages.reduce(reduce, state);
    if (state === before) return;
    draw();
    if (state.conversation !== before.conversation) keep();
  });

  window.addEventListener("message", (event) => {
    const message = readToPage(event.data);
    if (message?.type === "focus") input.current?.focus();
    else if (message) received.add(message);
  });
  draw();
  editor.postMessage({ type: "ready", kept: kept ?? null });
}

/** A frame where there are frames; a hidden page has none, and must not fall behind. */
function nextFrame(run: () => void) {
  if (document.hidden) setTimeout(run);
  else requestAnimationFrame(run);
}

/** At most once in that time, and always after the last call. */
function later(ms: number, run: () => void): () => void {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    setTimeout(() => {
      waiting = false;
      run();
    }, ms);
  };
}
