/**
 * When Enter sends, as a pure function of the input's events.
 *
 * A Hangul syllable is always "being composed" while it is typed, and browsers and input methods
 * disagree about the order in which Enter ends it:
 *
 * - Chrome, macOS and Windows: keydown 229 (composing), compositionend, then a second keydown 13;
 * - Chrome with other input methods: keydown 229 (composing), compositionend, nothing more;
 * - Safari: compositionend, then one keydown 229 that no longer says it is composing.
 *
 * In each, one press sends once, and only when the syllable is in the text. Enter in a Japanese or
 * Chinese composition chooses a candidate and never sends: the composed text tells them apart.
 */

/** The parts of an event that matter, under the browser's own names. */
export type InputEventLike =
  | {
      type: "keydown";
      key: string;
      code?: string;
      keyCode: number;
      shiftKey: boolean;
      altKey: boolean;
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

/** What to do about an event. */
export type InputAct =
  /** Leave it to the browser. */
  | "pass"
  /** Take the event and send. */
  | "send"
  /** Take the event; it belongs to a press that is dealt with. */
  | "swallow"
  /** Leave it to the browser, and come back with `settled` when this event is over. */
  | "settle";

/** What has to be remembered from one event to the next. */
export interface InputState {
  composing: boolean;
  /** The text being composed, or just composed. */
  composed: string;
  /** Enter was pressed in a composition and waits for its end. */
  enterWaits: boolean;
  /** This press of Enter has sent; nothing else may come of it. */
  enterSpent: boolean;
  /** A composition ended with no event since but what belongs to its end. */
  justEnded: boolean;
}

/** Nothing typed yet. */
export const idle: InputState = {
  composing: false,
  composed: "",
  enterWaits: false,
  enterSpent: false,
  justEnded: false,
};

/** What to do about `event`, and what to remember. */
export function onInputEvent(state: InputState, event: InputEventLike): [InputState, InputAct] {
  switch (event.type) {
    case "compositionstart":
      return [{ ...idle, composing: true }, "pass"];
    case "compositionupdate":
      return [{ ...state, composing: true, composed: event.data }, "pass"];
    case "compositionend": {
      const composed = event.data === "" ? state.composed : event.data;
      const ended = { ...state, composing: false, composed, justEnded: true };
      return [ended, state.enterWaits ? "settle" : "pass"];
    }
    case "settled":
      return state.enterWaits && !state.composing ? [{ ...idle, enterSpent: true }, "send"] : [state, "pass"];
    case "beforeinput":
      return isLineBreak(event.inputType) && (state.enterSpent || state.enterWaits)
        ? [state, "swallow"]
        : [state, "pass"];
    case "keyup":
      return onKeyUp(state, event);
    case "blur":
      return [idle, "pass"];
    case "keydown":
      return onKeyDown(state, event);
  }
}

function onKeyDown(state: InputState, event: Extract<InputEventLike, { type: "keydown" }>): [InputState, InputAct] {
  if (!isEnter(event)) {
    return [{ ...state, justEnded: false, enterSpent: false }, "pass"];
  }
  if (event.shiftKey || event.altKey) {
    return [{ ...state, justEnded: false, enterWaits: false }, "pass"];
  }
  if (state.enterSpent) return [state, "swallow"];
  if (event.isComposing || state.composing) {
    return [{ ...state, enterWaits: isHangul(state.composed) }, "pass"];
  }
  const choosesCandidate = event.keyCode === 229 && state.justEnded && !isHangul(state.composed);
  if (choosesCandidate) return [{ ...state, justEnded: false }, "pass"];
  return [{ ...idle, enterSpent: true }, "send"];
}

function onKeyUp(state: InputState, event: Extract<InputEventLike, { type: "keyup" }>): [InputState, InputAct] {
  if (!isEnter(event)) return [state, "pass"];
  // Still composing after the press: that Enter did something else to the composition.
  const enterWaits = state.enterWaits && !state.composing;
  return [{ ...state, enterSpent: false, enterWaits, justEnded: false }, "pass"];
}

/** Windows names the key "Process" while composing; the code still says which one it is. */
function isEnter(event: { key: string; code?: string }): boolean {
  return event.key === "Enter" || event.code === "Enter" || event.code === "NumpadEnter";
}

function isLineBreak(inputType: string): boolean {
  return inputType === "insertLineBreak" || inputType === "insertParagraph";
}

/** Jamo, compatibility jamo, syllables: what a Korean input method composes, and no other does. */
function isHangul(text: string): boolean {
  return /^[\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff]+$/.test(text);
}
