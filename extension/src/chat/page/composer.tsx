/**
 * Where the user types. The text lives in the input itself and nowhere else, so nothing that is
 * drawn can touch it while a syllable is being composed.
 */

import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { limits } from "../checks";
import type { Chip } from "../composerMessages";
import type { Texts } from "../pageTexts";
import type { Actions } from "./actions";
import { type InputEventLike, idle, onInputEvent } from "./composition";
import { Icon, IconButton } from "./icon";
import { memo } from "./memo";

interface ComposerProperties {
  texts: Texts | undefined;
  chip: Chip | null;
  busy: boolean;
  actions: Actions;
  input: RefObject<HTMLTextAreaElement | null>;
  keepDraft: (draft: string) => void;
  sent: () => void;
}

export const Composer = memo(
  (properties: ComposerProperties) => <ComposerView {...properties} />,
  (before, after) => before.texts === after.texts && before.chip === after.chip && before.busy === after.busy,
);

function ComposerView(properties: ComposerProperties) {
  const { texts, chip, busy, actions, input } = properties;
  const send = () => {
    const field = input.current;
    const text = field?.value.trim() ?? "";
    if (!field || busy || text === "") return;
    field.value = "";
    changed(field, properties);
    actions.send(text, chip ? "chip" : "nothing");
    properties.sent();
  };
  useSendKey(input, send);
  useRefit(input);
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {chip && texts && (
        <div class="chips">
          <span class="chip" title={chip.title}>
            <span class="chip-label">{chip.label}</span>
            <IconButton name="close" label={texts.removeContext} press={actions.removeChip} />
          </span>
        </div>
      )}
      <textarea
        ref={input}
        rows={1}
        spellcheck={false}
        maxLength={limits.questionCharactersMax}
        placeholder={texts?.placeholder ?? ""}
        aria-label={texts?.inputLabel ?? ""}
        onInput={(event) => changed(event.currentTarget, properties)}
      />
      {busy ? (
        <button
          type="button"
          class="send"
          title={texts?.stop}
          aria-label={texts?.stop}
          onClick={(event) => isFirstPress(event) && actions.stop()}
        >
          <Icon name="stop-circle" />
        </button>
      ) : (
        <button type="submit" class="send" title={texts?.send} aria-label={texts?.send}>
          <Icon name="send" />
        </button>
      )}
    </form>
  );
}

/** The second press of a double click on Send must not stop what the first one asked. */
function isFirstPress(event: MouseEvent): boolean {
  return event.detail <= 1;
}

function changed(field: HTMLTextAreaElement, { keepDraft }: ComposerProperties) {
  growToText(field);
  keepDraft(field.value);
}

/** As high as its text; the style sheet says where growing ends. */
function growToText(field: HTMLTextAreaElement) {
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight}px`;
}

/** A narrower panel breaks the same text into more lines. */
function useRefit(input: RefObject<HTMLTextAreaElement | null>) {
  useEffect(() => {
    const refit = () => input.current && growToText(input.current);
    window.addEventListener("resize", refit);
    return () => window.removeEventListener("resize", refit);
  }, []);
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

/** Feeds the input's events to the pure rules of composition.ts and does what they say. */
function useSendKey(input: RefObject<HTMLTextAreaElement | null>, send: () => void) {
  const latest = useRef(send);
  latest.current = send;
  useEffect(() => {
    const field = input.current;
    if (!field) return;
    let state = idle;
    const hear = (happened: InputEventLike, event?: Event) => {
      const [next, act] = onInputEvent(state, happened);
      state = next;
      if (act === "settle") setTimeout(() => hear({ type: "settled" }));
      if (act === "send" || act === "swallow") event?.preventDefault();
      if (act === "send") latest.current();
    };
    const listener = (event: Event) => hear(event as unknown as InputEventLike, event);
    for (const name of HEARD) field.addEventListener(name, listener);
    return () => {
      for (const name of HEARD) field.removeEventListener(name, listener);
    };
  }, []);
}
