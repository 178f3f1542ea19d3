/** A piece of what goes along with a question, and the chip that stands for it. */

import { l10n } from "vscode";
import type { ChatContext } from "../../engine";
import type { Chip, ChipKind } from "../composerMessages";

export interface Attachment {
  kind: ChipKind;
  label: string;
  /** Where it comes from, for the tooltip: a whole path, or a few words. */
  origin: string;
  /** What is sent. */
  contexts: ChatContext[];
  /** What was left out of it, in a sentence. */
  leftOut?: string;
}

/** What makes an attachment the same one: the place it comes from and what is sent of it. */
export function keyOf({ kind, contexts }: Attachment): string {
  return JSON.stringify([kind, contexts.map(({ path, startLine, text }) => [path, startLine, text])]);
}

/** Characters that are sent. */
export function sizeOf({ contexts }: Attachment): number {
  return contexts.reduce((size, { text }) => size + text.length, 0);
}

export function chipOf(id: string, attachment: Attachment): Chip {
  const { kind, label, origin, contexts, leftOut } = attachment;
  const tokens = contexts.reduce((sum, { text }) => sum + tokensAbout(text), 0);
  const lines = [origin, l10n.t("About {0} tokens are sent.", tokens), leftOut];
  return { id, kind, label, title: lines.filter((line) => line !== undefined).join("\n") };
}

/**
 * About how many tokens a model reads this as: four Latin characters are one, and a syllable of
 * Hangul is one by itself.
 */
export function tokensAbout(text: string): number {
  const wide = text.match(/[\u0300-\uffff]/g)?.length ?? 0;
  return Math.ceil((text.length - wide) / 4 + wide);
}
