/**
 * An earlier question while it is being edited. As in the input, the text lives in the field alone;
 * what is typed is told to the extension, so that it outlives a reload.
 */

import { useLayoutEffect, useRef } from "preact/hooks";
import { limits } from "../checks";
import type { Texts } from "../pageTexts";
import type { Completing } from "./completing";
import type { Editing } from "./editing";
import { IconButton } from "./icon";
import { useInputKeys } from "./inputKeys";

/** In an edited question nothing is completed: what went along with it goes along again. */
const NOTHING: Completing = {
  offers: [],
  active: 0,
  exact: false,
  look() {},
  move() {},
  accept() {},
  dismiss() {},
  close() {},
};

export function EditBox({ editing, texts }: { editing: Editing; texts: Texts }) {
  const field = useRef<HTMLTextAreaElement>(null);
  const send = () => {
    const text = field.current?.value.trim() ?? "";
    // The box stays until the conversation has changed: a server that refuses loses no word.
    if (text !== "") editing.send(text);
  };
  useInputKeys(field, { sendWith: editing.sendWith, completing: NOTHING, send, backspaceAtStart() {} });
  useLayoutEffect(() => {
    const { current } = field;
    if (!current) return;
    current.value = editing.text();
    grow(current);
    current.focus();
    current.setSelectionRange(current.value.length, current.value.length);
  }, []);
  return (
    <div class="edit-box">
      <textarea
        ref={field}
        rows={1}
        spellcheck={false}
        maxLength={limits.questionCharactersMax}
        aria-label={texts.editLabel}
        onInput={(event) => {
          grow(event.currentTarget);
          editing.typed(event.currentTarget.value);
        }}
        onKeyDown={(event) => {
          // Escape while composing belongs to the input method.
          if (event.key === "Escape" && !event.isComposing) editing.cancel();
        }}
      />
      <div class="edit-bar">
        <IconButton name="close" label={texts.cancel} press={editing.cancel} />
        <IconButton name="send" label={texts.send} press={send} />
      </div>
    </div>
  );
}

function grow(field: HTMLTextAreaElement) {
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight}px`;
}
