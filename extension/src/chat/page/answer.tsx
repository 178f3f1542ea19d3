/**
 * A block of an answer: its Markdown drawn as elements. A block whose source is what it was is not
 * drawn again, so a streaming answer only ever touches its end.
 */

import type { ComponentChildren } from "preact";
import type { Texts } from "../pageTexts";
import type { Actions } from "./actions";
import { CodeBlock } from "./code-block";
import { Gap } from "./gap";
import type { Block, Piece } from "./markdown";
import { memo } from "./memo";
import { useRow, type Watch } from "./use-row";

interface Drawing {
  /** The turn it belongs to. */
  turn: string;
  /** The source of the block above, which may name the code's file. */
  above: string;
  /** More of the block may come. */
  open: boolean;
  texts: Texts;
  actions: Actions;
}

interface BlockRowProperties extends Drawing {
  /** The row's name. */
  name: string;
  gap: number;
  block: Block;
  watch: Watch;
}

export const BlockRow = memo(
  (properties: BlockRowProperties) => <BlockParts {...properties} />,
  (before, after) =>
    before.block === after.block &&
    before.gap === after.gap &&
    before.open === after.open &&
    before.texts === after.texts,
);

function BlockParts({ name, gap, block, watch, ...drawing }: BlockRowProperties) {
  const row = useRow(watch);
  return (
    <>
      <Gap height={gap} />
      <div class="block" ref={row} data-row={name}>
        {drawAll(block.pieces, drawing)}
      </div>
    </>
  );
}

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
