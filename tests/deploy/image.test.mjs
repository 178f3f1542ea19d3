// deploy/image: the Dockerfile as it ships, really built by buildah, and the image really run. The compiler's stage is
// stood in for by the program that was built anyway, through the same gather.sh.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { findProgram } from "../../scripts/lib/find.mjs";
import { answers, freePort } from "../../scripts/lib/ports.mjs";
import { openProcesses } from "../../scripts/lib/processes.mjs";
import { modelReady } from "../../scripts/lib/proxy.mjs";
import { program } from "../../scripts/lib/rust.mjs";
import { startScripted } from "../end-to-end/harness/scripted.mjs";
import { composeSettings, deploy, pythonTool, run } from "./support.mjs";

const image = "codesaga-proxy:test";
const ignored = path.join(deploy, "image", "Dockerfile.dockerignore");
const ownProgram = "/usr/local/bin/codesaga-proxy";
const keysFile = "/var/lib/codesaga/keys.json";
/** What the image holds beside the program: libraries, certificates. */
const besideProgramBytesMax = 8e6;

describe("the image", () => {
  const processes = openProcesses();
  let folder;
  let buildah;
  let container;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "codesaga-image-"));
    const storage = ["--storage-driver", "vfs", "--root", path.join(folder, "root")];
    const global = [...storage, "--runroot", path.join(folder, "run")];
    buildah = (command, ...args) => ["buildah", [...global, command, ...args]];
    const gathered = path.join(folder, "built", "out");
    await done(path.join(deploy, "image", "gather.sh"), [program("codesaga-proxy"), gathered]);
    const build = ["bud", "--isolation", "chroot", "--format", "docker", "--build-context"];
    const files = ["--ignorefile", ignored, "-f", path.join(deploy, "image", "Dockerfile"), "-t", image, "."];
    await done(...buildah(...build, `build=${path.join(folder, "built")}`, ...files));
    container = (await done(...buildah("from", image))).trim();
  });

  after(async () => {
    await processes.endAll();
    await rm(folder, { recursive: true, force: true });
  });

  test("the Dockerfile keeps hadolint's rules", async () => {
    // DL3008: versions of Debian's packages are pinned by the base image.
    const linted = await pythonTool("hadolint", ["--ignore", "DL3008", path.join(deploy, "image", "Dockerfile")]);
    assert.equal(linted.code, 0, linted.stdout);
  });

  test("the compiler's stage is given all that cargo needs, and not the rest of the repository", async () => {
    const file = path.join(folder, "Context");
    await writeFile(file, "FROM scratch\nCOPY . /\n");
    const source = path.join(folder, "source");
    const build = ["bud", "--ignorefile", ignored, "-f", file, "--output", `type=local,dest=${source}`, "."];
    await done(...buildah(...build));
    const args = ["metadata", "--offline", "--locked", "--no-deps", "--format-version", "1"];
    const { packages } = JSON.parse(await done("cargo", args, { cwd: source }));
    const proxy = packages.find(({ name }) => name === "codesaga-proxy");
    for (const { src_path } of proxy.targets) assert.ok(existsSync(src_path), src_path);
    assert.ok(existsSync(path.join(source, "deploy", "image", "gather.sh")));
    for (const name of ["extension", "node_modules", "target", ".git"])
      assert.ok(!existsSync(path.join(source, name)), name);
  });

  test("holds the program, its libraries and certificates, and little else", async () => {
    const inspected = JSON.parse(await done(...buildah("inspect", "--type", "image", image)));
    const { User, Entrypoint, Healthcheck } = inspected.Docker.config;
    assert.deepEqual([User, Entrypoint], ["65532:65532", [ownProgram]]);
    assert.deepEqual(Healthcheck.Test, ["CMD", ownProgram, "health"]);
    const listed = JSON.parse(await done(...buildah("images", "--json")));
    const bytes = Number(/^[\d.]+/.exec(listed[0].size)[0]) * 1e6;
    assert.match(listed[0].size, /^[\d.]+ MB$/);
    const out = path.join(folder, "built", "out", "root", "usr", "local", "bin", "codesaga-proxy");
    assert.ok(bytes - (await stat(out)).size < besideProgramBytesMax, `${listed[0].size} in all`);
  });

  test("runs as a user who may write its keys and nothing else, and answers", async () => {
    const inside = (...args) => buildah("run", "--isolation", "chroot", ...args);
    const own = ["--", ownProgram];
    const refused = await run(...inside(container, ...own, "keys", "add", "x", "--file", "/etc/keys.json"));
    assert.notEqual(refused.code, 0);
    assert.match(refused.stderr, /Permission denied/);
    const added = await done(...inside(container, ...own, "keys", "add", "tester", "--file", keysFile));
    const key = /cs_\S+/.exec(added)[0];

    const scripted = await startScripted({ processes, name: "image" });
    await scripted.script([{ pieces: ["return ", "사과"] }]);
    const port = await freePort();
    // The settings of compose.yaml. Addresses are those of this machine, of which nothing outside of it is served.
    const settings = {
      ...(await composeSettings()),
      CODESAGA_LISTEN: `127.0.0.1:${port}`,
      CODESAGA_UPSTREAM: scripted.url,
      CODESAGA_REDIS_URL: await startRedis(processes),
      CODESAGA_MODEL: "bllossom-shape:latest",
    };
    const given = Object.entries(settings).flatMap(([name, value]) => ["--env", `${name}=${value}`]);
    const [command, args] = inside(...given, container, ...own);
    const server = processes.start("image-proxy", command, args);
    const url = `http://127.0.0.1:${port}`;
    await answers(`${url}/healthz`, server);
    await done(...inside("--env", `CODESAGA_SERVER=${url}`, container, ...own, "health"));
    const ready = await (await modelReady({ ...server, url })).json();
    assert.equal(ready.memory, "ok");
    const ask = (authorization) =>
      fetch(`${url}/v1/completions`, {
        method: "POST",
        headers: { "content-type": "application/json", ...(authorization && { authorization }) },
        body: JSON.stringify({ prompt: "def f():\n    ", max_tokens: 8 }),
      });
    assert.equal((await ask()).status, 401);
    const response = await ask(`Bearer ${key}`);
    assert.equal(response.status, 200);
    assert.equal((await response.json()).choices[0].text, "return 사과");
    assert.ok(server.tail.some((line) => line.startsWith('{"')));
  });
});

/** The address of a Redis of its own, once it answers. */
async function startRedis(processes) {
  const port = await freePort();
  const flags = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
  await new Promise((resolve, reject) => {
    const onLine = (line) => line.includes("Ready to accept connections") && resolve();
    const server = processes.start("image-redis", findProgram("redis-server"), flags, { onLine });
    server.ended.then((failure) => reject(failure ?? new Error("Redis ended")));
  });
  return `redis://127.0.0.1:${port}`;
}

async function done(command, args, options) {
  const { code, stdout, stderr } = await run(command, args, options);
  assert.equal(code, 0, `${command} ${args.join(" ")}\n${stdout}\n${stderr}`);
  return stdout;
}
