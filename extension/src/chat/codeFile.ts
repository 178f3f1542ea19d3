/** Which file a block of code is said to be of: by its own first line, or by the words right above it. */

const NAME =
  /(?:^|[\s`*"'([“‘])((?:[\p{L}\p{N}_@.-]+[\\/])*[\p{L}\p{N}_@-][\p{L}\p{N}_@.-]*\.[A-Za-z][A-Za-z0-9]{0,9})(?=$|[\s`*"')\]:,”’]|\p{Script=Hangul}|\.\s|\.$)/gu;

/** A comment that is a file's name and nothing else. */
const COMMENT = /^\s*(?:\/\/|#|--|;|\/\*|<!--)\s*(\S+?)\s*(?:\*\/|-->)?\s*$/;

/** The one file that is named; empty when none is, or when it could be several. */
export function namedFile(code: string, above: string): string {
  const first = COMMENT.exec(code.split("\n", 1)[0] ?? "")?.[1] ?? "";
  const [inCode] = names(first);
  if (inCode === first && first !== "") return first;
  const line = above.trimEnd().split("\n").at(-1) ?? "";
  const found = new Set(names(line));
  return found.size === 1 ? ([...found][0] ?? "") : "";
}

function names(text: string): string[] {
  return [...text.matchAll(NAME)]
    .map(([, name = ""]) => name)
    .filter((name) => !/^(?:\d|e\.g$|i\.e$)/i.test(name) && EXTENSIONS.test(name));
}

/** Methods are written like files: only what usually ends a file's name does. */
const EXTENSIONS =
  /\.(?:[ch]|cc|cpp|cs|css|dart|go|gradle|hpp?|html?|java|jsx?|json|kts?|less|lua|md|mjs|cjs|php|ps1|py|pyi|rb|rs|s?css|scala|sh|sql|svelte|swift|toml|tsx?|mts|cts|txt|vue|xml|ya?ml)$/i;
