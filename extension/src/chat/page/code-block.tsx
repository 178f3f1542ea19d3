/** A block of code: its name, what can be done with it, and its lines in the editor's colours. */

import { useContext, useLayoutEffect, useReducer, useRef } from "preact/hooks";
import { namedFile } from "../codeFile";
import type { Texts } from "../pageTexts";
import type { Actions } from "./actions";
import { type CodeLines, createCodeLines, type Group } from "./code-lines";
import { CopyButton } from "./copy-button";
import { IconButton } from "./icon";
import type { Piece } from "./markdown";
import { memo } from "./memo";
import { type Paintable, PainterContext } from "./painter";

interface CodeBlockProperties {
  code: Extract<Piece, { kind: "code" }>;
  turn: string;
  /** The words above it. */
  above: string;
  /** More of it may come. */
  open: boolean;
  texts: Texts;
  actions: Actions;
}

export function CodeBlock({ code, turn, above, open, texts, actions }: CodeBlockProperties) {
  const { language } = code;
  const text = code.text.endsWith("\n") ? code.text.slice(0, -1) : code.text;
  const file = code.file || namedFile(text, above);
  const name = file || language;
  const groups = useColours(text, language);
  return (
    <figure
      class={name === "" ? "code nameless" : "code"}
      aria-label={name === "" ? texts.code : `${texts.code}: ${name}`}
    >
      <figcaption>
        <span class="code-name" title={name}>
          {name}
        </span>
        <span class="code-bar" role="toolbar" aria-label={texts.code}>
          <CopyButton label={texts.copy} texts={texts} copy={() => actions.copy(text)} />
          <IconButton name="insert" label={texts.insert} press={() => actions.insert(text)} />
          <IconButton
            name="diff"
            label={texts.apply}
            disabled={open}
            press={() => actions.apply({ turn, text, file })}
          />
          <IconButton name="new-file" label={texts.newFile} press={() => actions.newFile(text, language)} />
        </span>
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: wide code is scrolled by the keyboard. */}
      <pre tabIndex={0}>
        <code class={groups.length > LONG_GROUPS ? "long" : undefined}>
          {groups.map((group, at) => (
            <LineGroup key={at} group={group} last={at === groups.length - 1} />
          ))}
        </code>
      </pre>
    </figure>
  );
}

/** From so many groups on, those out of sight are not laid out. */
const LONG_GROUPS = 4;

const LineGroup = memo(
  ({ group, last }: { group: Group; last: boolean }) => (
    <span class="code-lines">
      {group.lines.map((line, at) => (
        <>
          {line.map(({ text, kind }) => (kind ? <span class={`token-${kind}`}>{text}</span> : text))}
          {last && at === group.lines.length - 1 ? "" : "\n"}
        </>
      ))}
    </span>
  ),
  (before, after) => before.group === after.group && before.last === after.last,
);

/** So few new lines are coloured at once, before they are seen plain. */
const AT_ONCE_LINES = 12;
const PAINTED_LINES = 20;

/** The lines of the code, coloured as far as there was time for it. */
function useColours(text: string, language: string): readonly Group[] {
  const painter = useContext(PainterContext);
  const [, drawAgain] = useReducer<number, void>((count) => count + 1, 0);
  const lines = useRef<{ language: string; code: CodeLines }>(undefined);
  // While it streams, the language behind the fence grows as well.
  if (lines.current?.language !== language) lines.current = { language, code: createCodeLines(language) };
  const current = lines.current.code;
  current.update(text);
  const reader = painter?.reader();
  const left = reader ? current.paint(reader, AT_ONCE_LINES) : true;
  useLayoutEffect(() => {
    if (!left || !painter) return;
    const block: Paintable = {
      paint(read) {
        const more = current.paint(read, PAINTED_LINES);
        drawAgain();
        return more;
      },
    };
    painter.add(block);
    return () => painter.remove(block);
  }, [left, current]);
  return current.groups();
}
