/**
 * An answer: its Markdown drawn as elements, block by block. A block whose source is what it was
 * is not drawn again, so a streaming answer only ever touches its end.
 */

import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import type { Texts } from "../pageTexts";
import type { Actions } from "./actions";
import { CopyButton } from "./copy-button";
import { IconButton } from "./icon";
import { type Block, type Piece, type Reading, readMarkdown } from "./markdown";
import { memo } from "./memo";

interface Drawing {
  texts: Texts;
  actions: Actions;
}

export function Answer({ text, ...drawing }: { text: string } & Drawing) {
  const reading = useRef<Reading>(undefined);
  reading.current = readMarkdown(text, reading.current);
  return (
    <div class="answer">
      {reading.current.blocks.map((block, at) => (
        <BlockView key={at} block={block} {...drawing} />
      ))}
    </div>
  );
}

const BlockView = memo(
  ({ block, texts, actions }: { block: Block } & Drawing) => <>{drawAll(block.pieces, { texts, actions })}</>,
  (before, after) => before.block === after.block && before.texts === after.texts,
);

function drawAll(pieces: readonly Piece[], drawing: Drawing): ComponentChildren {
  return pieces.map((piece, at) => <Drawn key={at} piece={piece} drawing={drawing} />);
}

function Drawn({ piece, drawing }: { piece: Piece; drawing: Drawing }) {
  switch (piece.kind) {
    case "text":
      return <>{piece.text}</>;
    case "break":
      return <br />;
    case "rule":
      return <hr />;
    case "link":
      return (
        <WebLink url={piece.url} open={drawing.actions.openLink}>
          {drawAll(piece.children, drawing)}
        </WebLink>
      );
    case "code":
      return <CodeBlock code={piece} {...drawing} />;
    case "element":
      return drawElement(piece, drawing);
  }
}

function drawElement(piece: Extract<Piece, { kind: "element" }>, drawing: Drawing) {
  const children = drawAll(piece.children, drawing);
  if (piece.tag === "ol") return <ol start={piece.start ?? 1}>{children}</ol>;
  if (piece.tag === "table") {
    return (
      <div class="table">
        <table>{children}</table>
      </div>
    );
  }
  const Tag = piece.tag;
  return <Tag>{children}</Tag>;
}

interface WebLinkProperties {
  url: string;
  open: (url: string) => void;
  children: ComponentChildren;
}

function WebLink({ url, open, children }: WebLinkProperties) {
  const follow = (event: MouseEvent) => {
    // The editor's own frame opens links too, when the event reaches the document.
    event.preventDefault();
    event.stopPropagation();
    open(url);
  };
  return (
    <a href={url} title={url} onClick={follow} onAuxClick={follow}>
      {children}
    </a>
  );
}

interface CodeBlockProperties extends Drawing {
  code: Extract<Piece, { kind: "code" }>;
}

function CodeBlock({ code, texts, actions }: CodeBlockProperties) {
  const { language, file } = code;
  const text = code.text.replace(/\n$/, "");
  const name = file || language;
  return (
    <figure
      class={name === "" ? "code nameless" : "code"}
      aria-label={name === "" ? texts.code : `${texts.code}: ${name}`}
    >
      <figcaption>
        <span class="code-name">{name}</span>
        <span class="code-bar" role="toolbar" aria-label={texts.code}>
          <CopyButton label={texts.copy} texts={texts} copy={() => actions.copy(text)} />
          <IconButton name="insert" label={texts.insert} press={() => actions.insert(text)} />
          <IconButton name="new-file" label={texts.newFile} press={() => actions.newFile(text, language)} />
        </span>
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: wide code is scrolled by the keyboard. */}
      <pre tabIndex={0}>
        <code>{text}</code>
      </pre>
    </figure>
  );
}
