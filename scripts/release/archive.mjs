// The archive in which the proxy is downloaded: the program, its licence, and what it is made with. The same files give
// the same bytes: names in order, nobody's user, one time.
import { chmod, copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { root } from "../lib/places.mjs";
import { licencesOfProxy } from "./licences.mjs";
import { out, parts } from "./places.mjs";
import { proxyProgram } from "./targets.mjs";
import { sourceDate } from "./when.mjs";

/** Writes it into `out` and gives its name. */
export async function archiveOfProxy({ target, version, program }, kit) {
  const name = `codesaga-proxy-${version}-${target}`;
  const folder = path.join(parts, target, name);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
  await copyFile(program, path.join(folder, proxyProgram(target)));
  await chmod(path.join(folder, proxyProgram(target)), 0o755);
  await copyFile(path.join(root, "LICENSE"), path.join(folder, "LICENSE"));
  await writeFile(path.join(folder, "THIRD_PARTY_LICENSES.txt"), await licencesOfProxy(target));

  const tar = `${folder}.tar`;
  const plain = [
    "--sort=name",
    "--owner=0",
    "--group=0",
    "--numeric-owner",
    "--mode=u=rwX,go=rX",
    `--mtime=@${sourceDate()}`,
  ];
  await kit.processes.run("tar", "tar", [
    "--create",
    "--file",
    tar,
    ...plain,
    "--directory",
    path.dirname(folder),
    name,
  ]);
  await writeFile(path.join(out, `${name}.tar.gz`), gzipSync(await readFile(tar), { level: 9 }));
  await rm(tar);
  return `${name}.tar.gz`;
}
