/**
 * What in the input asks for the list: an `@` anywhere, a `/` at the very beginning, and what has been
 * typed behind it up to the cursor. Pure.
 */

import { composerLimits, type Trigger } from "../composerMessages";

/** A piece of the input that can be completed. */
export interface Asking {
  trigger: Trigger;
  /** What stands behind the trigger. */
  query: string;
  /** Where the trigger stands, in UTF-16 units; the piece ends at the cursor. */
  from: number;
}

/** An address of mail has a letter before its `@`; Korean is written without a blank before it. */
const MENTION = /(?:^|[\s([{<"'“‘「『,:]|\p{Script=Hangul})@([^\s@]*)$/u;
const COMMAND = /^\s*\/([^\s/]*)$/;

/** What can be completed at the cursor, if anything. */
export function askingAt(text: string, cursor: number): Asking | undefined {
  const before = text.slice(0, cursor);
  return ask("/", COMMAND.exec(before)?.[1], cursor) ?? ask("@", MENTION.exec(before)?.[1], cursor);
}

function ask(trigger: Trigger, query: string | undefined, cursor: number): Asking | undefined {
  if (query === undefined || query.length > composerLimits.queryCharactersMax) return undefined;
  return { trigger, query, from: cursor - query.length - 1 };
}
