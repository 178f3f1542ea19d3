/** A diff as Git writes it, taken apart by files. Pure. */

export interface FileDiff {
  /** The file afterwards, or the one that is gone; from the repository's root. */
  path: string;
  text: string;
}

export function fileDiffs(diff: string): FileDiff[] {
  return diff
    .split(/^(?=diff --git )/m)
    .filter((text) => text.startsWith("diff --git "))
    .map((text) => ({ path: pathOf(text), text: text.endsWith("\n") ? text : `${text}\n` }));
}

/** The names behind `+++` and `---` end where the line ends; the first line's cannot be told apart. */
function pathOf(text: string): string {
  const named = [/^\+\+\+ (.+)$/m, /^--- (.+)$/m, /^rename to (.+)$/m]
    .map((line) => line.exec(text)?.[1])
    .filter((name) => name !== undefined && name !== "/dev/null")
    .map((name) => unquoted(name as string));
  if (named[0] !== undefined) return named[0];
  // Nothing but a mode or a binary file: both names are the same.
  const [, both = ""] = /^diff --git (.+)$/m.exec(text) ?? [];
  return unquoted(both.slice(Math.ceil(both.length / 2)));
}

/** Git writes a name with other letters as `"b/\354\225\210.py"`, and a prefix before most. */
function unquoted(name: string): string {
  const plain = name.replace(/\t$/, "");
  const path = plain.startsWith('"') ? bytesOf(plain.slice(1, -1)) : plain;
  return path.replace(/^[abciw]\//, "");
}

function bytesOf(quoted: string): string {
  const bytes: number[] = [];
  for (const [piece] of quoted.matchAll(/\\[0-7]{3}|\\.|[^\\]+/g)) {
    if (/^\\[0-7]/.test(piece)) bytes.push(Number.parseInt(piece.slice(1), 8));
    else
      bytes.push(...new TextEncoder().encode(piece.startsWith("\\") ? (ESCAPES[piece[1] ?? ""] ?? piece[1]) : piece));
  }
  return new TextDecoder().decode(new Uint8Array(bytes));
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r" };
