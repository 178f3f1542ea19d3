/** Changes to the input's text that the user can undo, and that never cut a syllable being composed. */

/** Puts `text` in the place of what stands between two offsets, with the cursor behind it. */
export function replaceText(field: HTMLTextAreaElement, from: number, to: number, text: string): void {
  field.focus();
  field.setSelectionRange(from, to);
  // The one way by which a page's change becomes a step of the input's own undo.
  const done = text === "" ? document.execCommand("delete") : document.execCommand("insertText", false, text);
  if (done) return;
  field.setRangeText(text, from, to, "end");
  tellInput(field);
}

/** Takes away a piece of text where it stands last; the cursor stays where it was. */
export function removeText(field: HTMLTextAreaElement, text: string): void {
  // The input knows one kind of line end.
  const piece = text.replace(/\r\n?/g, "\n");
  const from = field.value.lastIndexOf(piece);
  if (piece === "" || from < 0) return;
  const to = from + piece.length;
  const { selectionStart } = field;
  replaceText(field, from, to, "");
  const cursor = selectionStart >= to ? selectionStart - piece.length : Math.min(selectionStart, from);
  field.setSelectionRange(cursor, cursor);
}

/** Puts back what was sent and could not be done; what was typed since then stays below it. */
export function takeBack(field: HTMLTextAreaElement, text: string): void {
  if (field.value === "") field.value = text;
  else field.setRangeText(`${text}\n`, 0, 0, "preserve");
  tellInput(field);
}

/** Puts an earlier draft into the input, unless something has been typed already. */
export function bringBack(field: HTMLTextAreaElement, draft: string): void {
  if (draft === "" || field.value !== "") return;
  field.value = draft;
  tellInput(field);
}

function tellInput(field: HTMLTextAreaElement): void {
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
