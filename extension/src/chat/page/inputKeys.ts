/** Feeds the input's events to the pure rules of composition.ts, and moves in the list above it. */

import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { SendWith } from "../composerMessages";
import type { Completing } from "./completing";
import { type InputEventLike, idle, onInputEvent } from "./composition";

interface InputKeys {
  sendWith: SendWith;
  completing: Completing;
  send: () => void;
  /** Backspace at the very beginning: there is nothing to delete but the last chip. */
  backspaceAtStart: () => void;
}

const HEARD = [
  "keydown",
  "keyup",
  "compositionstart",
  "compositionupdate",
  "compositionend",
  "beforeinput",
  "blur",
] as const;

export function useInputKeys(input: RefObject<HTMLTextAreaElement | null>, keys: InputKeys): void {
  const latest = useRef(keys);
  latest.current = keys;
  useLayoutEffect(() => {
    const field = input.current;
    if (!field) return;
    let state = idle;
    const hear = (happened: InputEventLike, event?: Event) => {
      const { sendWith, completing, send } = latest.current;
      const [next, act] = onInputEvent(state, happened, {
        sendWith,
        listed: completing.offers.length > 0,
        exact: completing.exact,
      });
      state = next;
      if (act === "settle") setTimeout(() => hear({ type: "settled" }));
      if (act === "send" || act === "accept" || act === "swallow") take(event);
      if (act === "send") send();
      if (act === "accept") completing.accept(completing.active);
    };
    const listener = (event: Event) => {
      const { completing, backspaceAtStart } = latest.current;
      if (event instanceof KeyboardEvent && event.type === "keydown" && !state.composing && !isComposing(event)) {
        if (moveInList(event, completing)) {
          take(event);
          return;
        }
        if (event.key === "Backspace" && field.selectionEnd === 0) backspaceAtStart();
      }
      hear(event as unknown as InputEventLike, event);
    };
    for (const name of HEARD) field.addEventListener(name, listener);
    return () => {
      for (const name of HEARD) field.removeEventListener(name, listener);
    };
  }, []);
}

/** Neither the input nor the editor around the page shall do something about it as well. */
function take(event: Event | undefined): void {
  event?.preventDefault();
  event?.stopPropagation();
}

/** An input method has the key, also where the browser no longer says that it is composing. */
function isComposing(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229;
}

/** Whether the key was one of the list's. */
function moveInList(event: KeyboardEvent, completing: Completing): boolean {
  if (completing.offers.length === 0 || event.shiftKey || event.altKey || event.metaKey) return false;
  switch (event.ctrlKey ? `Ctrl+${event.key}` : event.key) {
    case "ArrowDown":
    case "Ctrl+n":
      completing.move(1);
      return true;
    case "ArrowUp":
    case "Ctrl+p":
      completing.move(-1);
      return true;
    case "Escape":
      completing.dismiss();
      return true;
    default:
      return false;
  }
}
