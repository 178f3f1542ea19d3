// The files that holes are cut into: the project's own, as git knows them, and those of the packages.
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { root } from "../lib/places.mjs";

/** What the evaluated languages' files end with. */
const source = /\.(py|ts|mts|js|mjs|cjs|rs|go|java)$/;
/** Not written by hand. */
const leftOut = /(\.min\.js|native\/index\.d\.ts)$/;

/** Sources as the evaluation program takes them: a name, a folder, and the files below it. */
export async function listSources(packages, { processes }) {
  const tracked = await processes.run("eval-git", "git", ["ls-files"]);
  const present = tracked.split("\n").filter((file) => existsSync(path.join(root, file)));
  const own = { name: "codesaga", folder: root, files: present.filter(isSource) };
  const others = packages.map(async ({ name, version, folder, folders = [""] }) => {
    const files = (await readdir(folder, { recursive: true })).map((file) => file.replaceAll(path.sep, "/"));
    const wanted = files.filter((file) => folders.some((start) => file.startsWith(start)));
    return { name: `${name} ${version}`, folder, files: wanted.filter(isSource).sort() };
  });
  return [own, ...(await Promise.all(others))];
}

function isSource(file) {
  return source.test(file) && !leftOut.test(file);
}
