/**
 * From the engine's answer to what the editor is given: where the text goes, and whether it may be
 * shown beside the suggest widget's choice. Pure; offsets are UTF-16 units.
 */
import type { Span } from "../textEdits";

/** The suggest widget's choice: what it would write, and over what. */
export interface Choice extends Span {
  readonly text: string;
}

/** A suggestion over `[start, end)` of the document. */
export interface Suggested extends Span {
  readonly text: string;
}

/**
 * What may be shown, or undefined. The editor shows a suggestion beside a choice only when it begins
 * where the choice does and goes on after it; one that would cover the choice is none.
 */
export function shownBeside(
  suggested: Suggested,
  choice: Choice | undefined,
  textBetween: TextBetween,
): Suggested | undefined {
  if (suggested.text === "") return undefined;
  if (!choice) return suggested;
  const whole = fromStart(suggested, choice.start, textBetween);
  const continues = whole && whole.end >= choice.end && whole.text.startsWith(choice.text);
  return continues && whole.text !== choice.text ? whole : undefined;
}

type TextBetween = (start: number, end: number) => string;

/** The same suggestion with its beginning at `start`; undefined when it cannot be told from there. */
function fromStart(suggested: Suggested, start: number, textBetween: TextBetween): Suggested | undefined {
  if (start <= suggested.start) {
    return { ...suggested, start, text: textBetween(start, suggested.start) + suggested.text };
  }
  const before = textBetween(suggested.start, start);
  return suggested.text.startsWith(before)
    ? { ...suggested, start, text: suggested.text.slice(before.length) }
    : undefined;
}
