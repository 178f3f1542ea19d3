/**
 * Where the user types. The text lives in the input itself and nowhere else, so nothing that is
 * drawn can touch it while a syllable is being composed.
 */

import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";
import { limits } from "../checks";
import type { Texts } from "../pageTexts";
import type { Actions } from "./actions";
import { Chips } from "./chips";
import { type Completing, useCompleting } from "./completing";
import { replaceText } from "./fieldText";
import { Icon } from "./icon";
import { useInputKeys } from "./inputKeys";
import { memo } from "./memo";
import { LIST_ID, OfferList, rowId } from "./offer-list";
import { onPaste } from "./pasting";
import type { ComposerState } from "./state";

interface ComposerProperties {
  texts: Texts | undefined;
  composer: ComposerState;
  busy: boolean;
  actions: Actions;
  input: RefObject<HTMLTextAreaElement | null>;
  keepDraft: (draft: string) => void;
  sent: () => void;
}

export const Composer = memo(
  (properties: ComposerProperties) => <ComposerView {...properties} />,
  (before, after) => before.texts === after.texts && before.composer === after.composer && before.busy === after.busy,
);

function ComposerView(properties: ComposerProperties) {
  const { texts, composer, busy, actions, input } = properties;
  const { chips, offered, notice, sendWith } = composer;
  const completing = useCompleting(input, offered, actions);
  const send = () => {
    const field = input.current;
    const text = field?.value.trim() ?? "";
    if (!field || busy || text === "") return;
    field.value = "";
    changed(field, properties, completing);
    actions.send(text, "chips");
    properties.sent();
  };
  useInputKeys(input, {
    sendWith,
    completing,
    send,
    backspaceAtStart: () => lastChip(input.current)?.focus(),
  });
  useRefit(input);
  const listed = texts !== undefined && completing.offers.length > 0;
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {listed && (
        <OfferList offers={completing.offers} active={completing.active} texts={texts} accept={completing.accept} />
      )}
      <p class={notice === "" ? "unseen" : "notice grey"} aria-live="polite">
        {notice}
      </p>
      <span class="unseen" aria-live="polite">
        {listed && texts.offersCount.replace("{0}", String(completing.offers.length))}
      </span>
      {texts && (
        <Chips
          chips={chips}
          texts={texts}
          input={input}
          remove={actions.removeChip}
          add={() => input.current && beginMention(input.current)}
        />
      )}
      <textarea
        key="input"
        ref={input}
        rows={1}
        spellcheck={false}
        maxLength={limits.questionCharactersMax}
        placeholder={texts?.placeholder ?? ""}
        aria-label={(sendWith === "enter" ? texts?.inputLabel : texts?.inputLabelCtrl) ?? ""}
        aria-autocomplete="list"
        aria-haspopup="listbox"
        aria-controls={listed ? LIST_ID : undefined}
        aria-activedescendant={listed ? rowId(completing.active) : undefined}
        onInput={(event) => changed(event.currentTarget, properties, completing)}
        onClick={completing.look}
        onKeyUp={(event) => isCursorKey(event) && completing.look()}
        onBlur={completing.close}
        onPaste={(event) => onPaste(event, actions)}
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

function isCursorKey({ key }: KeyboardEvent): boolean {
  return ["ArrowLeft", "ArrowRight", "Home", "End"].includes(key);
}

/** An `@` at the cursor, which asks for the list; with a blank before it where a word stands. */
function beginMention(field: HTMLTextAreaElement) {
  const { selectionStart, selectionEnd, value } = field;
  const blank = /\S$/.test(value.slice(0, selectionStart)) ? " " : "";
  replaceText(field, selectionStart, selectionEnd, `${blank}@`);
}

function lastChip(field: HTMLTextAreaElement | null): HTMLElement | undefined {
  const all = field?.form?.querySelectorAll<HTMLElement>(".chip-remove");
  return all?.[all.length - 1];
}

function changed(field: HTMLTextAreaElement, { keepDraft }: ComposerProperties, completing: Completing) {
  growToText(field);
  keepDraft(field.value);
  completing.look();
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
