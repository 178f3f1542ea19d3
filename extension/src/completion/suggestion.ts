/**
 * Follows the suggestion on the screen and tells once what became of it. The editor tells an extension
 * nothing but that a whole suggestion was accepted: words and lines taken from it are seen in the
 * document's changes, and a dismissal in what is there instead. Pure: events in, outcomes out.
 */
import type { Replacement } from "../textEdits";
import type { Outcome, OutcomeKind } from "./outcome";
import type { Taken } from "./survival";

/** A suggestion as the editor got it. */
export interface Offer {
  readonly id: number;
  readonly uri: string;
  readonly language: string;
  /** Where it begins: what stands between here and the cursor is replaced. */
  readonly start: number;
  /** What stands there. */
  readonly present: string;
  /** What shall stand there. */
  readonly whole: string;
  /** Units of `whole` that the suggest widget's choice makes up; taking those is no acceptance of ours. */
  readonly widget?: number | undefined;
}

interface Shown extends Offer {
  /** Where in `whole` the first word was taken; undefined while none was. */
  readonly takenFrom: number | undefined;
  /** Units of `whole` there before they last grew. */
  readonly before: number;
  /** Units of `whole` that were there when it last fitted. */
  readonly reached: number;
  /** Units taken by word or line. */
  readonly units: number;
}

/** Typing one of these writes its other half behind the cursor. */
const PAIRS: readonly string[] = ["()", "[]", "{}", '""', "''", "``", "<>"];

export class SuggestionTracker {
  private shown: Shown | undefined;

  constructor(
    private readonly tell: (outcome: Outcome) => void,
    private readonly took: (taken: Taken) => void,
  ) {}

  /** The editor was given this suggestion for the present text. */
  offered(offer: Offer): void {
    const same = this.shown && continued(this.shown, offer);
    if (same) {
      this.shown = same;
      return;
    }
    this.ended();
    this.shown = {
      ...offer,
      takenFrom: undefined,
      before: offer.present.length,
      reached: offer.present.length,
      units: 0,
    };
    this.report("shown", offer.whole.length - offer.present.length);
  }

  /** There was nothing to give the editor for the present text. */
  nothingOffered(uri: string): void {
    if (this.shown?.uri === uri) this.ended();
  }

  /** `undone` says that the change was an undo or a redo. */
  edited(uri: string, changes: readonly Replacement[], undone: boolean): void {
    if (this.shown?.uri !== uri) return;
    let shown = this.shown;
    for (const change of changes) {
      const moved = applied(shown, change);
      if (!moved) {
        this.ended();
        return;
      }
      shown = undone ? takenBack(moved) : taking(shown, moved, change);
    }
    const wholly = shown.units > this.shown.units && shown.present === shown.whole;
    this.shown = shown;
    if (wholly) this.acceptedWholly();
  }

  /** The cursor stands here now. Where it belongs, nothing happens. */
  moved(uri: string, cursor: number): void {
    if (this.shown?.uri !== uri) return;
    if (cursor !== this.shown.start + this.shown.present.length) this.ended();
  }

  /** Another editor is in front, or the document is gone. */
  left(): void {
    this.ended();
  }

  /** The editor says that all of the suggestion with that id was accepted. Its change comes first. */
  accepted(id: number): void {
    if (this.shown?.id === id) this.acceptedWholly();
  }

  private acceptedWholly(): void {
    const { shown } = this;
    if (!shown) return;
    const from = shown.takenFrom ?? shown.before;
    this.report("accepted", shown.whole.length - from);
    this.hand(shown, from, shown.whole.length);
    this.shown = undefined;
  }

  /** What was typed to its end by hand was neither accepted nor dismissed. */
  private ended(): void {
    const { shown } = this;
    if (!shown) return;
    if (shown.takenFrom !== undefined) {
      this.report("partially_accepted", shown.units);
      this.hand(shown, shown.takenFrom, shown.reached);
    } else if (shown.present !== shown.whole) {
      this.report("dismissed", shown.whole.length - shown.reached);
    }
    this.shown = undefined;
  }

  private report(kind: OutcomeKind, characters: number): void {
    if (this.shown) this.tell({ kind, language: this.shown.language, characters: Math.max(0, characters) });
  }

  private hand({ uri, language, start, whole }: Shown, from: number, to: number): void {
    this.took({ uri, language, start: start + from, end: start + to, text: whole.slice(from, to) });
  }
}

/** The shown one, made current by an offer that says the same; undefined when it says something else. */
function continued(shown: Shown, offer: Offer): Shown | undefined {
  if (shown.uri !== offer.uri) return undefined;
  // Both are brought to the place where the earlier one begins.
  const ahead = offer.start - shown.start;
  if (ahead < 0 || ahead > shown.present.length) return undefined;
  const typed = shown.present.slice(0, ahead);
  const whole = typed + offer.whole;
  if (!whole.startsWith(shown.whole) && !shown.whole.startsWith(whole)) return undefined;
  const widget = offer.widget === undefined ? undefined : ahead + offer.widget;
  const present = typed + offer.present;
  return { ...shown, id: offer.id, present, whole, widget, reached: Math.min(shown.reached, whole.length) };
}

/** Its place and text after a change; undefined when the change reaches in from before it. */
function applied(shown: Shown, { start, end, text }: Replacement): Shown | undefined {
  const stop = shown.start + shown.present.length;
  const before = end < shown.start || (end === shown.start && (start < end || shown.present !== ""));
  if (before) return { ...shown, start: shown.start + text.length - (end - start) };
  if (start > stop) return shown;
  if (start < shown.start) return undefined;
  const written = PAIRS.includes(text) && start === end && start === stop ? text.slice(0, 1) : text;
  const present =
    shown.present.slice(0, start - shown.start) + written + shown.present.slice(Math.max(0, end - shown.start));
  return { ...shown, present };
}

/** Notes what the change took of the suggestion. A key writes one unit; more than one at once was taken. */
function taking(shown: Shown, moved: Shown, change: Replacement): Shown {
  const from = shown.present.length;
  const to = moved.present.length;
  if (!moved.whole.startsWith(moved.present) || to <= from) return moved;
  const grown = { ...moved, before: from, reached: to };
  const byHand = change.text.length === 1 || to - from === 1 || to === moved.widget;
  if (byHand) return grown;
  return { ...grown, takenFrom: shown.takenFrom ?? from, units: shown.units + to - from };
}

/** What was undone to where it began was not taken. */
function takenBack(moved: Shown): Shown {
  if (moved.takenFrom === undefined || moved.present.length > moved.takenFrom) return moved;
  return { ...moved, takenFrom: undefined, reached: moved.present.length, units: 0 };
}
