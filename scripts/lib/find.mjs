// Finds programs on the PATH, without running them.
import { accessSync, constants, statSync } from "node:fs";
import path from "node:path";

/** The full path of the first of `names` that is on the PATH or in one of `more`, else undefined. */
export function findProgram(names, more = []) {
  const folders = [...(process.env.PATH ?? "").split(path.delimiter), ...more].filter(Boolean);
  for (const name of [names].flat()) {
    for (const folder of folders) {
      const file = path.join(folder, name);
      if (isProgram(file)) return file;
    }
  }
  return undefined;
}

export function isProgram(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
