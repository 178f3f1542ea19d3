/**
 * An answer's Markdown as a tree of plain values. markdown-it reads it; nothing is ever made into
 * HTML text, so no answer can bring markup, script, style or an address of its own into the page.
 *
 * HTML in an answer is shown as the text it is. A link is kept only when it is a plain web
 * address; a picture is never fetched and becomes its description.
 */

import markdownIt, { type MarkdownIt, type Token } from "markdown-it";
import { isWebLink } from "../checks";

/** The elements that may appear. */
export type Tag =
  | "p"
  | "h1"
  | "h2"
  | "h3"
  | "h4"
  | "h5"
  | "h6"
  | "blockquote"
  | "ul"
  | "ol"
  | "li"
  | "table"
  | "thead"
  | "tbody"
  | "tr"
  | "th"
  | "td"
  | "strong"
  | "em"
  | "s"
  | "code";

/** A piece of an answer. */
export type Piece =
  | { kind: "text"; text: string }
  | { kind: "element"; tag: Tag; start?: number; children: Piece[] }
  | { kind: "link"; url: string; children: Piece[] }
  | { kind: "break" }
  | { kind: "rule" }
  | { kind: "code"; language: string; file: string; text: string };

/** A top-level part of an answer: the source it was read from, and where that begins. */
export interface Block {
  source: string;
  at: number;
  pieces: Piece[];
  /** For code whose fence is not closed yet: the fence. */
  fence?: string;
}

/** An answer, read. */
export interface Reading {
  text: string;
  blocks: Block[];
}

const TAGS: ReadonlySet<string> = new Set<Tag>([
  "p",
  "h1",
  "h2",
  "h3",
  "h4",
  "h5",
  "h6",
  "blockquote",
  "ul",
  "ol",
  "li",
  "table",
  "thead",
  "tbody",
  "tr",
  "th",
  "td",
  "strong",
  "em",
  "s",
  "code",
]);

const reader = makeReader();

/**
 * An answer, which may end anywhere: an open fence is a code block already. When it is what
 * `before` was with more behind it, only the last block is read again, since text that follows can
 * only change the block that was open.
 */
export function readMarkdown(text: string, before?: Reading): Reading {
  const last = before?.blocks.at(-1);
  if (!before || !last || !text.startsWith(before.text)) return { text, blocks: readBlocks(text, 0) };
  const grown = growCode(last, text.slice(before.text.length));
  if (grown) return { text, blocks: [...before.blocks.slice(0, -1), grown] };
  return { text, blocks: [...before.blocks.slice(0, -1), ...readBlocks(text.slice(last.at), last.at)] };
}

function readBlocks(text: string, at: number): Block[] {
  const starts = lineStarts(text);
  const blocks: Block[] = [];
  let open: Token[] = [];
  let depth = 0;
  for (const token of reader.parse(text, {})) {
    open.push(token);
    depth += token.nesting;
    if (depth > 0) continue;
    const [from, to] = open[0]?.map ?? [0, 0];
    const start = starts[from] ?? text.length;
    const source = text.slice(start, starts[to] ?? text.length);
    const pieces = readTokens(open);
    blocks.push({ source, at: at + start, pieces, ...openFence(source, pieces) });
    open = [];
  }
  return blocks;
}

/** More code behind an open fence; undefined when it may be the fence's end, or anything but plain lines. */
function growCode(block: Block, more: string): Block | undefined {
  const [code] = block.pieces;
  if (block.fence === undefined || code?.kind !== "code" || /[\r\0]/.test(more)) return undefined;
  const line = block.source.slice(block.source.lastIndexOf("\n") + 1);
  if (/^ {0,3}(?:```|~~~)/m.test(line + more)) return undefined;
  return { ...block, source: block.source + more, pieces: [{ ...code, text: code.text + more }] };
}

/** The fence that is still open at the end of that block, when what stands behind it is taken as it is. */
function openFence(source: string, pieces: readonly Piece[]): { fence?: string } {
  const [, fence] = /^(`{3,}|~{3,})[^\n]*\n/.exec(source) ?? [];
  const [code] = pieces;
  if (fence === undefined || pieces.length !== 1 || code?.kind !== "code") return {};
  return source.slice(source.indexOf("\n") + 1) === code.text ? { fence } : {};
}

function lineStarts(text: string): number[] {
  return [0, ...[...text.matchAll(/\r\n?|\n/g)].map((end) => end.index + end[0].length)];
}

function makeReader(): MarkdownIt {
  const markdown = markdownIt({ html: false, linkify: true, breaks: true });
  markdown.validateLink = isWebLink;
  // `calc.py` is a file, although .py is also a country: only written-out addresses are links.
  markdown.linkify.set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false });
  return markdown;
}

/** Tokens come as a flat list in which `nesting` opens and closes; the result is a tree. */
function readTokens(tokens: readonly Token[]): Piece[] {
  const top: Piece[] = [];
  const path: Piece[][] = [top];
  for (const token of tokens) {
    const here = path.at(-1) ?? top;
    if (token.nesting === 1) {
      const children: Piece[] = [];
      const piece = openPiece(token, children);
      if (piece) here.push(piece);
      path.push(piece ? children : here);
    } else if (token.nesting === -1) {
      if (path.length > 1) path.pop();
    } else {
      here.push(...readLeaf(token));
    }
  }
  return top;
}

/** The piece an opening token stands for; none for a tight list's paragraph or an unknown tag. */
function openPiece(token: Token, children: Piece[]): Piece | undefined {
  if (token.type === "link_open") {
    const url = String(token.attrGet("href") ?? "");
    return isWebLink(url) ? { kind: "link", url, children } : undefined;
  }
  if (token.hidden || !TAGS.has(token.tag)) return undefined;
  const tag = token.tag as Tag;
  const start = Number(token.attrGet("start") ?? 1);
  return tag === "ol" && Number.isSafeInteger(start)
    ? { kind: "element", tag, start, children }
    : { kind: "element", tag, children };
}

function readLeaf(token: Token): Piece[] {
  switch (token.type) {
    case "inline":
      return readTokens(token.children ?? []);
    case "fence":
    case "code_block": {
      const [language = "", second = ""] = token.info.trim().split(/\s+/);
      return [{ kind: "code", language, file: fileName(second), text: token.content }];
    }
    case "code_inline":
      return [{ kind: "element", tag: "code", children: [{ kind: "text", text: token.content }] }];
    case "softbreak":
    case "hardbreak":
      return [{ kind: "break" }];
    case "hr":
      return [{ kind: "rule" }];
    default:
      return token.content === "" ? [] : [{ kind: "text", text: token.content }];
  }
}

/** A fence may name its file: ```` ```python calc.py ```` or `title="calc.py"`. */
function fileName(info: string): string {
  const name = info.replace(/^\w+=/, "").replace(/^["']|["']$/g, "");
  return /^[\w./\-가-힣]+\.\w+$/.test(name) ? name : "";
}
