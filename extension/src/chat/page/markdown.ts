/**
 * An answer's Markdown as a tree of plain values. markdown-it reads it; nothing is ever made into
 * HTML text, so no answer can bring markup, script, style or an address of its own into the page.
 *
 * HTML in an answer is shown as the text it is. A link is kept only when it is a plain web
 * address; a picture is never fetched and becomes its description.
 */

import markdownIt, { type MarkdownIt, type Token } from "markdown-it";
import { isWebLink } from "../messages";

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

/** A top-level part of an answer and the source it was read from, which is also what it is known by. */
export interface Block {
  source: string;
  pieces: Piece[];
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

/** The blocks of an answer, which may end anywhere: an open fence is a code block already. */
export function readMarkdown(text: string): Block[] {
  const lines = text.split("\n");
  const blocks: Block[] = [];
  let open: Token[] = [];
  let depth = 0;
  for (const token of reader.parse(text, {})) {
    open.push(token);
    depth += token.nesting;
    if (depth > 0) continue;
    const [from, to] = open[0]?.map ?? [0, 0];
    blocks.push({ source: lines.slice(from, to).join("\n"), pieces: readTokens(open) });
    open = [];
  }
  return blocks;
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
