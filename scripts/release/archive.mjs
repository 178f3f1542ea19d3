// The archive in which the proxy is downloaded: the program, its licence, what it is made with, and for Linux what makes it
// a service. The same files give the same bytes: names in order, nobody's user, one time.
import { chmod, copyFile, cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { root } from "../lib/places.mjs";
import { licencesOfProxy } from "./licences.mjs";
import { proxyProgram } from "./targets.mjs";
import { sourceDate } from "./when.mjs";

// install.sh finds the program beside this folder, an EC2 instance is set up from it, and a fleet needs certificates and nginx.
const deployed = ["balancer", "ec2", "hop", "model", "systemd"];

/** Writes the archive of `program` into the folder `into`, and gives its name. */
export async function archiveOfProxy({ target, version, program, into }, { processes }) {
  const name = `codesaga-proxy-${version}-${target}`;
  const work = await mkdtemp(path.join(tmpdir(), "codesaga-archive-"));
  try {
    await fill(path.join(work, name), { target, program });
    const tar = path.join(work, `${name}.tar`);
    const plain = ["--sort=name", "--owner=0", "--group=0", "--numeric-owner", "--mode=u=rwX,go=rX"];
    const args = [...plain, `--mtime=@${sourceDate()}`, "--directory", work, name];
    await processes.run("tar", "tar", ["--create", "--file", tar, ...args]);
    await writeFile(path.join(into, `${name}.tar.gz`), gzipSync(await readFile(tar), { level: 9 }));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return `${name}.tar.gz`;
}

async function fill(folder, { target, program }) {
  await mkdir(folder);
  await copyFile(program, path.join(folder, proxyProgram(target)));
  await chmod(path.join(folder, proxyProgram(target)), 0o755);
  await copyFile(path.join(root, "LICENSE"), path.join(folder, "LICENSE"));
  await writeFile(path.join(folder, "THIRD_PARTY_LICENSES.txt"), await licencesOfProxy(target));
  if (!target.startsWith("linux")) return;
  for (const part of deployed) {
    await cp(path.join(root, "deploy", part), path.join(folder, "deploy", part), { recursive: true });
  }
}
