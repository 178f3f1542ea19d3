/**
 * Code read as coloured pieces. A line is read with what the lines before it left open, so that a
 * growing answer is read once, line by line.
 */

import { StringStream } from "@codemirror/streamparser";
import { kindOf, type TokenKind } from "./kinds";
import { modeOf } from "./modes";

/** A piece of a line; plain text has no kind. */
export interface Token {
  text: string;
  kind?: TokenKind;
}

/** Reads the lines of one piece of code, in their order. */
export interface LineReader {
  next(line: string): Token[];
  /** Reads a line that may still grow: the next one is read as if this had not been. */
  peek(line: string): Token[];
}

export type ReadLines = (language: string) => LineReader | undefined;

const TAB_COLUMNS = 4;
const INDENT_COLUMNS = 2;
/** Longer lines are data. */
const LINE_CHARACTERS_MAX = 2_000;
/** A mode that takes nothing off a line so often in a row does not know what it reads. */
const STILL_MAX = 10;

export const readLines: ReadLines = (language) => {
  const mode = modeOf(language);
  if (!mode) return undefined;
  const state = mode.startState?.(INDENT_COLUMNS) ?? {};
  const copy = () => mode.copyState?.(state) ?? shallowCopy(state);

  const read = (line: string, from: unknown): Token[] => {
    if (line === "") {
      mode.blankLine?.(from, INDENT_COLUMNS);
      return [];
    }
    if (line.length > LINE_CHARACTERS_MAX) return [{ text: line }];
    const stream = new StringStream(line, TAB_COLUMNS, INDENT_COLUMNS);
    const tokens: Token[] = [];
    for (let still = 0; !stream.eol() && still < STILL_MAX; ) {
      const style = mode.token(stream, from);
      const text = stream.current();
      stream.start = stream.pos;
      still = text === "" ? still + 1 : 0;
      if (text !== "") append(tokens, text, kindOf(style));
    }
    if (!stream.eol()) append(tokens, line.slice(stream.pos), undefined);
    return tokens;
  };

  return {
    next: (line) => guarded(line, () => read(line, state)),
    peek: (line) => guarded(line, () => read(line, copy())),
  };
};

/** Enough of a copy: modes change their state's fields and push to its lists, and no deeper. */
function shallowCopy(state: object): object {
  return Object.fromEntries(
    Object.entries(state).map(([name, value]) => [name, Array.isArray(value) ? value.slice() : value]),
  );
}

/** Whatever a mode makes of an odd line, the line is shown. */
function guarded(line: string, read: () => Token[]): Token[] {
  try {
    return read();
  } catch {
    return [{ text: line }];
  }
}

function append(tokens: Token[], text: string, kind: TokenKind | undefined): void {
  const last = tokens.at(-1);
  if (last && last.kind === kind) last.text += text;
  else tokens.push(kind ? { text, kind } : { text });
}
