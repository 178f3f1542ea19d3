// Sources that are written, not stored: the same in every run, in several languages, with names that refer to one
// another so that related definitions and similar pieces are there to be found.

import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";

/** Functions in a file of the workspace: about 150 lines. */
const FUNCTIONS = 24;
const FILES_PER_FOLDER = 50;

const name = (file, index) => `step_${file}_${index}`;
const called = (file, index) => name(index % 3 === 0 ? Math.max(0, file - 1) : file, Math.max(0, index - 1));

const LANGUAGES = [
  {
    extension: "py",
    head: (file) => `from part_${Math.max(0, file - 1)} import *\n\n\n`,
    define: (file, index) =>
      `def ${name(file, index)}(value, table):\n    """단계 ${index}: looks ${index} up in the table."""\n    if value > ${index}:\n        return ${called(file, index)}(value - 1, table)\n    return table.get(value, ${index})\n\n\n`,
  },
  {
    extension: "ts",
    head: (file) => `import * as part${Math.max(0, file - 1)} from "./part_${Math.max(0, file - 1)}";\n\n`,
    define: (file, index) =>
      `/** Looks ${index} up in the table. */\nexport function ${name(file, index)}(value: number, table: Map<number, number>): number {\n  if (value > ${index}) return ${called(file, index)}(value - 1, table);\n  return table.get(value) ?? ${index};\n}\n\n`,
  },
  {
    extension: "rs",
    head: () => "use std::collections::HashMap;\n\n",
    define: (file, index) =>
      `/// Looks ${index} up in the table.\npub fn ${name(file, index)}(value: u64, table: &HashMap<u64, u64>) -> u64 {\n    if value > ${index} {\n        return ${called(file, index)}(value - 1, table);\n    }\n    table.get(&value).copied().unwrap_or(${index})\n}\n\n`,
  },
  {
    extension: "go",
    head: () => "package parts\n\n",
    define: (file, index) =>
      `// ${name(file, index)} looks ${index} up in the table.\nfunc ${name(file, index)}(value int, table map[int]int) int {\n\tif value > ${index} {\n\t\treturn ${called(file, index)}(value-1, table)\n\t}\n\treturn table[value]\n}\n\n`,
  },
  {
    extension: "java",
    head: (file) => `package parts;\n\nimport java.util.Map;\n\nclass Part${file} {\n`,
    define: (file, index) =>
      `    /** Looks ${index} up in the table. */\n    static int ${name(file, index)}(int value, Map<Integer, Integer> table) {\n        if (value > ${index}) {\n            return ${called(file, index)}(value - 1, table);\n        }\n        return table.getOrDefault(value, ${index});\n    }\n\n`,
    tail: "}\n",
  },
];

/** One file of the workspace: where it stands, and its text. */
export function workspaceFile(file) {
  const { extension, head, define, tail = "" } = LANGUAGES[file % LANGUAGES.length];
  const functions = Array.from({ length: FUNCTIONS }, (_, index) => define(file, index));
  const folder = `area_${Math.floor(file / FILES_PER_FOLDER)}`;
  return { path: `${folder}/part_${file}.${extension}`, text: `${head(file)}${functions.join("")}${tail}` };
}

/** Writes a workspace of `count` files; gives its size in bytes. */
export async function writeWorkspace(folder, count) {
  let bytes = 0;
  for (let file = 0; file < count; file += 1) {
    const { path: place, text } = workspaceFile(file);
    const full = path.join(folder, place);
    if (file % FILES_PER_FOLDER === 0) await mkdir(path.dirname(full), { recursive: true });
    await writeFile(full, text);
    bytes += Buffer.byteLength(text);
  }
  return bytes;
}

/** Python of so many lines: small functions that call one another. */
export function pythonOf(lines) {
  const blocks = [];
  for (let index = 0; blocks.length * 5 < lines; index += 1) {
    blocks.push(
      `def step_${index}(value, table):\n    """단계 ${index}."""\n    if value > ${index}:\n        return step_${Math.max(0, index - 1)}(value - 1, table)\n\n`,
    );
  }
  return `import math\n\n${blocks.join("")}`;
}
