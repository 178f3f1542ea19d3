/** Every fixed text of the page, by name; texts.ts says them in the editor's language. */

import { isLabel, isRecord } from "./checks";

/** The texts of the turns and of what is done with them. */
const TURN_TEXTS = [
  "copy",
  "copied",
  "insert",
  "newFile",
  "copyAnswer",
  "retry",
  "stopped",
  "thinking",
  "emptyTitle",
  "emptyHint",
  "you",
  "answerOf",
  "conversation",
  "code",
  "newest",
  "apply",
  "askAgain",
  "copyQuestion",
  "edit",
  "editLabel",
  "cancel",
  "remove",
  "version",
  "earlierVersion",
  "laterVersion",
  "helpful",
  "notHelpful",
  "seconds",
  "sameFailure",
] as const;

/** The texts of the input and of what stands around it. */
const COMPOSER_TEXTS = [
  "placeholder",
  "inputLabel",
  "inputLabelCtrl",
  "send",
  "stop",
  "context",
  "addContext",
  "removeContext",
  "offers",
  "offersCount",
] as const;

const TEXT_NAMES = [...TURN_TEXTS, ...COMPOSER_TEXTS];

export type Texts = Record<(typeof TEXT_NAMES)[number], string>;

export function isTexts(value: unknown): value is Texts {
  return isRecord(value) && TEXT_NAMES.every((name) => isLabel(value[name]));
}
