/**
 * What Enter does, and Tab in the list above the input, as a pure function of the input's events.
 *
 * A Hangul syllable is always "being composed" while it is typed, and browsers and input methods
 * disagree about the order in which a key ends it:
 *
 * - Chrome, macOS and Windows: keydown 229 (composing), compositionend, then a second keydown 13;
 * - Chrome with other input methods: keydown 229 (composing), compositionend, nothing more;
 * - Safari: compositionend, then one keydown 229 that no longer says it is composing.
 *
 * In each, one press does one thing once, and only when the syllable is in the text. Enter in a
 * Japanese or Chinese composition chooses a candidate and never sends: the composed text tells them
 * apart.
 */

import type { SendWith } from "../composerMessages";

/** The parts of an event that matter, under the browser's own names. */
export type InputEventLike =
  | {
      type: "keydown";
      key: string;
      code?: string;
      keyCode: number;
      shiftKey: boolean;
      altKey: boolean;
      ctrlKey: boolean;
      metaKey: boolean;
      isComposing: boolean;
    }
  | { type: "keyup"; key: string; code?: string }
  | { type: "compositionstart" }
  | { type: "compositionupdate"; data: string }
  | { type: "compositionend"; data: string }
  | { type: "beforeinput"; inputType: string }
  /** What `settle` asked for: the next turn of the event loop. */
  | { type: "settled" }
  | { type: "blur" };

type KeyDown = Extract<InputEventLike, { type: "keydown" }>;

/** What the keys mean when the event comes. */
export interface Keys {
  sendWith: SendWith;
  /** Whether a row of the list is chosen, which Enter and Tab then accept. */
  listed: boolean;
  /** Whether the row is just what has been typed, as with the whole name of a command: then Enter sends it. */
  exact: boolean;
}

/** What to do about an event. */
export type InputAct =
  /** Leave it to the browser. */
  | "pass"
  /** Take the event and send. */
  | "send"
  /** Take the event and accept the chosen row of the list. */
  | "accept"
  /** Take the event; it belongs to a press that is dealt with. */
  | "swallow"
  /** Leave it to the browser, and come back with `settled` when this event is over. */
  | "settle";

type Key = "Enter" | "Tab";

/** What has to be remembered from one event to the next. */
export interface InputState {
  composing: boolean;
  /** The text being composed, or just composed. */
  composed: string;
  /** A key was pressed in a composition, and what it asks for waits for the composition's end. */
  waits: { key: Key; act: "send" | "accept" } | undefined;
  /** The press of this key has done its work; nothing else may come of it. */
  spent: Key | undefined;
  /** A composition ended with no event since but what belongs to its end. */
  justEnded: boolean;
}

/** Nothing typed yet. */
export const idle: InputState = {
  composing: false,
  composed: "",
  waits: undefined,
  spent: undefined,
  justEnded: false,
};

/** What to do about `event`, and what to remember. */
export function onInputEvent(state: InputState, event: InputEventLike, keys: Keys): [InputState, InputAct] {
  switch (event.type) {
    case "compositionstart":
      return [{ ...idle, composing: true }, "pass"];
    case "compositionupdate":
      return [{ ...state, composing: true, composed: event.data }, "pass"];
    case "compositionend": {
      const composed = event.data === "" ? state.composed : event.data;
      const ended = { ...state, composing: false, composed, justEnded: true };
      return [ended, state.waits ? "settle" : "pass"];
    }
    case "settled":
      return state.waits && !state.composing ? [{ ...idle, spent: state.waits.key }, state.waits.act] : [state, "pass"];
    case "beforeinput":
      return isLineBreak(event.inputType) && (state.spent === "Enter" || state.waits?.key === "Enter")
        ? [state, "swallow"]
        : [state, "pass"];
    case "keyup":
      return onKeyUp(state, event);
    case "blur":
      return [idle, "pass"];
    case "keydown":
      return onKeyDown(state, event, keys);
  }
}

function onKeyDown(state: InputState, event: KeyDown, keys: Keys): [InputState, InputAct] {
  const key = keyOf(event);
  // The press that was dealt with may be told once more, when what it asked for is long done.
  if (key !== undefined && state.spent === key) return [state, "swallow"];
  const act = key && meaningOf(key, event, keys);
  if (key === undefined || act === undefined) {
    // Who types on is quicker than `settled`; Shift+Enter takes back what an Enter asked for.
    const waits = key === "Enter" ? undefined : state.waits;
    return [{ ...state, justEnded: false, spent: undefined, waits }, "pass"];
  }
  if (event.isComposing || state.composing) {
    return [{ ...state, waits: isHangul(state.composed) ? { key, act } : undefined }, "pass"];
  }
  const choosesCandidate = event.keyCode === 229 && state.justEnded && !isHangul(state.composed);
  if (choosesCandidate) return [{ ...state, justEnded: false }, "pass"];
  return [{ ...idle, spent: key }, act];
}

/** What a press asks for; nothing when the browser does the right thing by itself. */
function meaningOf(key: Key, event: KeyDown, keys: Keys): "send" | "accept" | undefined {
  if (event.shiftKey || event.altKey) return undefined;
  const withControl = event.ctrlKey || event.metaKey;
  const sends = key === "Enter" && (withControl || keys.sendWith === "enter");
  const accepts = keys.listed && !withControl && !(sends && keys.exact);
  if (accepts) return "accept";
  return sends ? "send" : undefined;
}

function onKeyUp(state: InputState, event: Extract<InputEventLike, { type: "keyup" }>): [InputState, InputAct] {
  if (keyOf(event) === undefined) return [state, "pass"];
  // Still composing after the press: that key did something else to the composition.
  const waits = state.composing ? undefined : state.waits;
  return [{ ...state, spent: undefined, waits, justEnded: false }, "pass"];
}

/** Windows names the key "Process" while composing; the code still says which one it is. */
function keyOf(event: { key: string; code?: string }): Key | undefined {
  if (event.key === "Enter" || event.code === "Enter" || event.code === "NumpadEnter") return "Enter";
  return event.key === "Tab" || event.code === "Tab" ? "Tab" : undefined;
}

function isLineBreak(inputType: string): boolean {
  return inputType === "insertLineBreak" || inputType === "insertParagraph";
}

/** Jamo, compatibility jamo, syllables: what a Korean input method composes, and no other does. */
function isHangul(text: string): boolean {
  return /^[\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff]+$/.test(text);
}
