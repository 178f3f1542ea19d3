/** Short names for what is edited and how, for the diff's title. Pure. */

/** One line, not too long, no character cut in two. */
export function shortLabel(label: string): string {
  const line = label.replace(/\s+/g, " ").trim();
  const characters = [...line];
  return characters.length <= 40 ? line : `${characters.slice(0, 39).join("")}…`;
}

/** `total()` or `Cart` when the code begins with a definition, for editors whose language server is silent. */
export function definitionName(code: string): string | undefined {
  const line = code.trimStart().split("\n", 1)[0] ?? "";
  const found = /(?:^|\s)(def|fn|func|function|class|struct|interface)\s+([\p{L}_$][\p{L}\p{N}_$]*)/u.exec(line);
  const [, keyword, name] = found ?? [];
  if (!keyword || !name) return undefined;
  return ["def", "fn", "func", "function"].includes(keyword) ? `${name}()` : name;
}

/** `calc.py 10–24`; lines count from 1. */
export function linesName(path: string, first: number, last: number): string {
  const file = path.split("/").at(-1) ?? path;
  return first >= last ? `${file} ${first}` : `${file} ${first}–${last}`;
}
