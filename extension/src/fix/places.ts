/**
 * The places in files that the words of a tool name: compilers, linters, test runners and stack
 * traces, each in the way it writes them. Whether there is such a file is not known here. Pure.
 */

export interface NamedPlace {
  /** As it was written, absolute or relative to a folder that was not. */
  readonly path: string;
  /** Counted from 1. */
  readonly line: number;
}

/** A longer text is read to here; tools say what is wrong early or, in traces, in the last lines. */
const TEXT_CHARACTERS_MAX = 20_000;
const PLACES_MAX = 50;

/** Anything that ends like a file. A blank is no part of it, unless quotes hold it together. */
const FILE = String.raw`(?:[A-Za-z]:)?[^\s:()"'<>|*?\[\]]+\.[A-Za-z]\w{0,9}`;

/** Each finds path and line, in this order. */
const FORMS: readonly RegExp[] = [
  // Python: File "app/main.py", line 12, in total
  /File "(?<path>[^"\n]+)", line (?<line>\d+)/g,
  // TypeScript, C#, MSBuild: src/app.ts(12,5): error
  new RegExp(String.raw`(?<path>${FILE})\((?<line>\d+)(?:,\d+)?\)`, "g"),
  // gcc, rustc, go, Jest, Node, pytest, Kotlin and most others: src/app.ts:12:5
  new RegExp(String.raw`(?:file://)?(?<path>${FILE}):(?<line>\d+)`, "g"),
  // Ruby and PHP: in /srv/app.php on line 12
  new RegExp(String.raw`in (?<path>${FILE}) on line (?<line>\d+)`, "g"),
];

/** ESLint names the file once, on a line of its own, and then `  12:5  error  …` for each problem. */
const ALONE = new RegExp(String.raw`^(?<path>${FILE})\s*$`);
const UNDER_IT = /^\s+(?<line>\d+):\d+\s+\S/;

/** In the order in which they are to be tried: a Python trace ends where it happened, all others begin there. */
export function placesIn(text: string): NamedPlace[] {
  const plain = withoutColours(text.slice(-TEXT_CHARACTERS_MAX));
  const found = FORMS.flatMap((form) =>
    [...plain.matchAll(form)].map(({ index, groups }) => ({ index, ...placeOf(groups) })),
  );
  const inOrder = [...found, ...underNames(plain)].sort((a, b) => a.index - b.index);
  if (/Traceback \(most recent call last\)/.test(plain)) inOrder.reverse();
  const seen = new Set<string>();
  return inOrder
    .map(({ path, line }) => ({ path, line }))
    .filter(({ path, line }) => {
      const key = `${path}:${line}`;
      if (line === 0 || seen.has(key)) return false;
      seen.add(key);
      return true;
    })
    .slice(0, PLACES_MAX);
}

/** What a terminal is told about colours and links is no part of the words. */
export function withoutColours(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what they begin with.
  return text.replace(/\u001b\[[\d;?]*[A-Za-z]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)/g, "");
}

function underNames(text: string): (NamedPlace & { index: number })[] {
  const found: (NamedPlace & { index: number })[] = [];
  let name: string | undefined;
  let index = 0;
  for (const line of text.split("\n")) {
    const alone = ALONE.exec(line)?.groups?.path;
    const under = UNDER_IT.exec(line)?.groups?.line;
    if (alone) name = alone;
    else if (name && under) found.push({ index, path: name, line: Number(under) });
    else if (line.trim() === "") name = undefined;
    index += line.length + 1;
  }
  return found;
}

function placeOf(groups: Record<string, string> | undefined): NamedPlace {
  const { path = "", line = "" } = groups ?? {};
  return { path, line: Number(line) };
}
