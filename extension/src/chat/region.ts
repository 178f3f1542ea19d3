/**
 * Where a block of code belongs in a file, as far as that can be known from the two texts: the
 * definition of the same name, or the lines between the code's own first and last. What is not
 * certain is not found.
 */

/** Lines from the first to the one before the last, counted from 0. */
export interface LineRange {
  from: number;
  to: number;
}

/** The lines that the code is a newer version of. */
export function regionFor(document: string, code: string): LineRange | undefined {
  const lines = document.split(/\r\n?|\n/);
  const wanted = trimBlank(code.split(/\r\n?|\n/));
  if (wanted.length === 0) return undefined;
  return definitionRegion(lines, wanted) ?? framedRegion(lines, wanted);
}

/** The code is one definition, and the file has just one of that name. */
function definitionRegion(lines: readonly string[], code: readonly string[]): LineRange | undefined {
  const inCode = topDefinitions(code);
  const [only] = inCode;
  if (inCode.length !== 1 || !only) return undefined;
  const here = lines.flatMap((line, at) => (definedName(line) === only.name ? [at] : []));
  const [at] = here;
  if (here.length !== 1 || at === undefined) return undefined;
  // Everything the code has before its definition must be of it: decorators, comments, attributes.
  const lead = code.slice(0, only.at).every((line) => isLead(line));
  const region = { from: only.at > 0 ? leadStart(lines, at) : at, to: definitionEnd(lines, at) };
  const whole = definitionEnd(code, only.at) === code.length;
  return lead && whole ? region : undefined;
}

/** The file has the code's first and its last line, once each and in that order. */
function framedRegion(lines: readonly string[], code: readonly string[]): LineRange | undefined {
  const from = onlyPlace(lines, code[0] ?? "");
  const last = onlyPlace(lines, code.at(-1) ?? "");
  if (from === undefined || last === undefined || last <= from || code.length < FRAME_LINES_MIN) return undefined;
  return { from, to: last + 1 };
}

/** Fewer lines are found in a file by chance. */
const FRAME_LINES_MIN = 3;

function onlyPlace(lines: readonly string[], line: string): number | undefined {
  const wanted = line.trim();
  if (wanted.length < 4) return undefined;
  const places = lines.flatMap((one, at) => (one.trim() === wanted ? [at] : []));
  return places.length === 1 ? places[0] : undefined;
}

interface Definition {
  name: string;
  at: number;
}

/** Definitions that stand no deeper than the first one. */
function topDefinitions(code: readonly string[]): Definition[] {
  const found: (Definition & { depth: number })[] = [];
  for (const [at, line] of code.entries()) {
    const name = definedName(line);
    if (name !== undefined) found.push({ name, at, depth: depthOf(line) });
  }
  const depth = Math.min(...found.map((one) => one.depth));
  return found.filter((one) => one.depth === depth);
}

const DEFINITIONS = [
  // def, fn, class and their kin, behind any words of visibility.
  /^\s*(?:(?:export|default|pub(?:\([^)]*\))?|public|private|protected|internal|static|final|abstract|sealed|async|unsafe|open|override|suspend|inline|virtual|const|data)\s+)*(?:def|fn|func|function\*?|fun|class|struct|enum|interface|trait|type|module|impl)\s+(?:\([^)]*\)\s*)?([\p{L}_$][\p{L}\p{N}_$]*)/u,
  // A function that is a constant.
  /^\s*(?:export\s+)?(?:const|let|var)\s+([\p{L}_$][\p{L}\p{N}_$]*)\s*(?::[^=]+)?=\s*(?:async\s*)?(?:function\b|\([^)]*\)\s*(?::[^=]+)?=>|[\p{L}_$][\p{L}\p{N}_$]*\s*=>)/u,
  // A method or a C-like function: a type, a name and parameters, and then its body.
  /^\s*(?:[\p{L}_$][\p{L}\p{N}_$<>[\],.*&:?]*\s+)+[*&]*([\p{L}_$][\p{L}\p{N}_$]*)\s*\([^;]*\)\s*(?:const\s*|throws\s[^{]*)?\{?\s*$/u,
];

/** Words before a bracket that define nothing. */
const NO_NAMES: ReadonlySet<string> = new Set([
  "if",
  "for",
  "while",
  "switch",
  "catch",
  "return",
  "else",
  "match",
  "new",
]);

function definedName(line: string): string | undefined {
  const first = /^\s*(\p{L}+)/u.exec(line)?.[1] ?? "";
  if (NO_NAMES.has(first)) return undefined;
  for (const pattern of DEFINITIONS) {
    const name = pattern.exec(line)?.[1];
    if (name !== undefined) return NO_NAMES.has(name) ? undefined : name;
  }
  return undefined;
}

/** One past the definition's last line: deeper lines and a closing one belong to it. */
function definitionEnd(lines: readonly string[], at: number): number {
  const depth = depthOf(lines[at] ?? "");
  let end = at + 1;
  for (let next = at + 1; next < lines.length; next++) {
    const line = lines[next] ?? "";
    if (line.trim() === "") continue;
    if (depthOf(line) > depth) {
      end = next + 1;
      continue;
    }
    if (depthOf(line) < depth || !/^\s*(?:[})\]]|end\b)/.test(line)) {
      // An opening bracket may stand on a line of its own, and parameters end on one.
      if (depthOf(line) === depth && /^\s*\{\s*$/.test(line)) continue;
      break;
    }
    end = next + 1;
    if (!/[{(:,]\s*$|=>\s*$/.test(line)) break;
  }
  return end;
}

/** The first of the lines right above that belong to the definition. */
function leadStart(lines: readonly string[], at: number): number {
  let start = at;
  while (start > 0 && (lines[start - 1] ?? "").trim() !== "" && isLead(lines[start - 1] ?? "")) start--;
  return start;
}

function isLead(line: string): boolean {
  return /^\s*(?:$|@|#|\/\/|\/\*|\*|"""|''')/.test(line);
}

function depthOf(line: string): number {
  return /^[ \t]*/.exec(line)?.[0].replaceAll("\t", "    ").length ?? 0;
}

function trimBlank(lines: readonly string[]): readonly string[] {
  const from = lines.findIndex((line) => line.trim() !== "");
  const to = lines.findLastIndex((line) => line.trim() !== "");
  return from < 0 ? [] : lines.slice(from, to + 1);
}
