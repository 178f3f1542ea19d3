/** A diff of git by its files, and without the changes of private ones. Pure but for who is asked what is private. */

export interface DiffFile {
  /** The names that it has or had, relative to the repository. */
  readonly paths: readonly string[];
  /** Up to the first hunk: names, no content. */
  readonly header: string;
  readonly body: string;
}

/** Behind that many a message says nothing of single files. */
const FILES_MAX = 200;
const NOT_SHOWN = "(a private file: its change is not shown)\n";

export async function withoutPrivate(diff: string, isPrivate: (path: string) => Promise<boolean>): Promise<string> {
  const files = splitDiff(diff).slice(0, FILES_MAX);
  const shown = files.map(async ({ paths, header, body }) => {
    const hidden = (await Promise.all(paths.map(isPrivate))).includes(true);
    return header + (hidden ? NOT_SHOWN : body);
  });
  return (await Promise.all(shown)).join("");
}

export function splitDiff(diff: string): DiffFile[] {
  return diff
    .split(/^(?=diff --git )/m)
    .filter((part) => part !== "")
    .map((part) => {
      const found = part.search(/^@@/m);
      const at = found === -1 ? part.length : found;
      const header = part.slice(0, at);
      return { paths: pathsIn(header), header, body: part.slice(at) };
    });
}

function pathsIn(header: string): string[] {
  const named = [...header.matchAll(/^(?:---|\+\+\+|rename from|rename to) (.+?)\s*$/gm)].map(
    (match) => match[1] ?? "",
  );
  const plain = named.map(unquoted).filter((path) => path !== "/dev/null");
  // Git puts a letter before each name, unless it is told not to: then that is a folder of the name.
  return [...new Set(plain.flatMap((path) => [path.replace(/^[a-z]\//, ""), path]))];
}

/** Git writes what is not ASCII as bytes in octal. */
function unquoted(path: string): string {
  const inside = /^"(.*)"$/.exec(path)?.[1];
  if (inside === undefined) return path;
  const bytes = inside.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
  return Buffer.from(bytes.replace(/\\(.)/g, "$1"), "latin1").toString("utf8");
}
