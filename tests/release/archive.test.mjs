// The proxy's archive, packed with a stand-in for the program, unpacked and installed as a person does it.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { access, chmod, constants, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { withProcesses } from "../../scripts/lib/processes.mjs";
import { archiveOfProxy } from "../../scripts/release/archive.mjs";

const runFile = promisify(execFile);
const version = "1.2.3";
let folder;
let program;

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "codesaga-archives-"));
  program = path.join(folder, "program");
  await writeFile(program, "#!/bin/sh\necho codesaga-proxy 1.2.3\n");
  await chmod(program, 0o700);
});
after(() => rm(folder, { recursive: true, force: true }));

async function archive(target, name) {
  const into = path.join(folder, name);
  await mkdir(into);
  const file = await withProcesses((processes) => archiveOfProxy({ target, version, program, into }, { processes }));
  return path.join(into, file);
}

test("the service is installed from what was unpacked, and the archive has the same bytes again", async () => {
  const file = await archive("linux-x64", "first");
  assert.ok((await readFile(file)).equals(await readFile(await archive("linux-x64", "second"))));
  await runFile("tar", ["--extract", "--file", file, "--directory", folder]);
  const unpacked = path.join(folder, `codesaga-proxy-${version}-linux-x64`);
  const system = path.join(folder, "system");
  const env = { ...process.env, DESTDIR: system };
  await runFile(path.join(unpacked, "deploy", "systemd", "install.sh"), ["--yes"], { env });
  const { stdout } = await runFile(path.join(system, "usr", "local", "bin", "codesaga-proxy"), ["--version"]);
  assert.equal(stdout, `codesaga-proxy ${version}\n`);
  // As an EC2 instance unpacks it.
  await mkdir(path.join(folder, "codesaga"));
  await runFile("tar", ["-xzf", file, "--strip-components=1", "-C", path.join(folder, "codesaga")]);
  await access(path.join(folder, "codesaga", "deploy", "ec2", "set-up.sh"), constants.X_OK);
  await access(path.join(unpacked, "deploy", "hop", "make-certificates.sh"), constants.X_OK);
  assert.match(await readFile(path.join(unpacked, "THIRD_PARTY_LICENSES.txt"), "utf8"), /librdkafka/);
});

test("elsewhere there is the program with its licences alone", async () => {
  const { stdout } = await runFile("tar", ["--list", "--file", await archive("win32-x64", "windows")]);
  const inside = ["", "LICENSE", "THIRD_PARTY_LICENSES.txt", "codesaga-proxy.exe"];
  assert.deepEqual(
    stdout.trim().split("\n"),
    inside.map((name) => `codesaga-proxy-${version}-win32-x64/${name}`),
  );
});
