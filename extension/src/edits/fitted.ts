/** Given code made to fit its place: indentation, line ends and the last line's end. Pure. */
import type { Span } from "../textEdits";

/**
 * `code` as it should stand at `span` of `document`: indented like the line it begins in, with the
 * document's line ends, on lines of its own, and ended by a line end only where what it replaces was.
 */
export function fitted(code: string, document: string, span: Span): string {
  const lineEnd = document.includes("\r\n") ? "\r\n" : "\n";
  const old = document.slice(span.start, span.end);
  const lineStart = document.lastIndexOf("\n", span.start - 1) + 1;
  const before = document.slice(lineStart, span.start);
  const line = /^[^\r\n]*/.exec(document.slice(lineStart))?.[0] ?? "";
  const indent = /^[ \t]*/.exec(line)?.[0] ?? "";
  const lines = reindented(code.replace(/\r\n?/g, "\n").replace(/\n+$/, "").split("\n"), indent);
  const [first = "", ...rest] = lines;
  const onOwnLine = before.trim() === "";
  const head = onOwnLine ? first.slice(Math.min(before.length, leading(first))) : `${lineEnd}${first}`;
  const begins = span.start === span.end || onOwnLine ? head : first.trimStart();
  return [begins, ...rest].join(lineEnd) + (/\n$/.test(old) ? lineEnd : "");
}

/** Takes away what all lines are indented by, and puts `indent` there. */
function reindented(lines: readonly string[], indent: string): string[] {
  const widths = lines.filter((line) => line.trim() !== "").map(leading);
  const common = Math.min(...widths, Number.MAX_SAFE_INTEGER);
  return lines.map((line) => (line.trim() === "" ? "" : indent + line.slice(common)));
}

function leading(line: string): number {
  return /^[ \t]*/.exec(line)?.[0].length ?? 0;
}
