// deploy/systemd: the units by systemd's own analyser, and the two scripts run for real into a folder.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { answers, freePort } from "../../scripts/lib/ports.mjs";
import { openProcesses } from "../../scripts/lib/processes.mjs";
import { program } from "../../scripts/lib/rust.mjs";
import { deploy, pythonTool, readSettings, run } from "./support.mjs";

const here = path.join(deploy, "systemd");
const ec2 = path.join(deploy, "ec2");
/** Of 10, where 10 is a service that may do everything. */
const exposureMax = 2.5;

test("shell scripts keep shellcheck's rules", async () => {
  const scripts = [];
  for (const name of await readdir(deploy, { recursive: true })) {
    if (name.endsWith(".sh")) scripts.push(path.join(deploy, name));
  }
  assert.ok(scripts.length >= 6);
  const checked = await pythonTool("shellcheck", scripts);
  assert.equal(checked.code, 0, checked.stdout);
});

describe("the service", () => {
  const processes = openProcesses();
  let root;
  const system = (...parts) => path.join(root, "etc", "systemd", "system", ...parts);

  before(async () => {
    root = await mkdtemp(path.join(tmpdir(), "codesaga-systemd-"));
  });
  after(async () => {
    await processes.endAll();
    await rm(root, { recursive: true, force: true });
  });

  test("install.sh changes nothing without a yes", async () => {
    for (const said of ["", "n\n", "maybe\n"]) {
      const { code, stdout } = await script("install.sh", [program("codesaga-proxy")], said);
      assert.equal(code, 1);
      assert.match(stdout, /make +\S+\/usr\/local\/bin\/codesaga-proxy/);
      assert.match(stdout, /Nothing was changed/);
    }
    assert.deepEqual(await readdir(root), []);
  });

  test("it installs after a yes, and a second time keeps the settings", async () => {
    assert.equal((await script("install.sh", [program("codesaga-proxy")], "y\n")).code, 0);
    const settings = path.join(root, "etc", "codesaga", "proxy.env");
    assert.equal((await stat(settings)).mode & 0o777, 0o640);
    await writeFile(settings, `${await readFile(settings, "utf8")}\nRUST_LOG=debug\n`);
    const again = await script("install.sh", ["--yes", program("codesaga-proxy")]);
    assert.equal(again.code, 0, again.stderr);
    assert.match(again.stdout, /keep +\S+proxy\.env/);
    assert.match(again.stdout, /the same \S+codesaga-proxy\.service/);
    assert.match(await readFile(settings, "utf8"), /RUST_LOG=debug/);
  });

  test("the roles of a fleet are installed beside it, each with its settings", async () => {
    const roles = ["gateway", "model", "worker"];
    const chosen = roles.flatMap((role) => ["--role", role]);
    const { code, stdout, stderr } = await script("install.sh", ["--yes", ...chosen, program("codesaga-proxy")]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /make +\S+codesaga-proxy@\.service/);
    for (const role of roles) {
      const settings = path.join(root, "etc", "codesaga", `role-${role}.env`);
      assert.equal((await stat(settings)).mode & 0o777, 0o640, role);
    }
    assert.equal((await script("install.sh", ["--yes", "--role", "all", program("codesaga-proxy")])).code, 2);
  });

  test("a role is confined as the whole server is, and differs in its settings alone", async () => {
    const [whole, role] = await Promise.all(
      ["codesaga-proxy.service", "codesaga-proxy@.service"].map((name) => readFile(path.join(here, name), "utf8")),
    );
    const lines = (text) => text.split("\n").filter((line) => line && !/^(#|Description=|EnvironmentFile=)/.test(line));
    assert.deepEqual(lines(role), lines(whole));
    assert.match(role, /^EnvironmentFile=\/etc\/codesaga\/role-%i\.env$/m);
  });

  test("what was installed starts with the settings that were installed", async () => {
    const port = await freePort();
    const settings = await readSettings(path.join(root, "etc", "codesaga", "proxy.env"));
    const server = processes.start("systemd-proxy", path.join(root, "usr/local/bin/codesaga-proxy"), [], {
      env: { ...settings, CODESAGA_LISTEN: `127.0.0.1:${port}` },
    });
    await answers(`http://127.0.0.1:${port}/healthz`, server);
    await server.end();
  });

  test("each role starts with its settings and certificate, before anything else of its fleet is there", async () => {
    const folder = path.join(root, "fleet");
    const [hop, keysFile] = [path.join(folder, "hop"), path.join(folder, "keys.json")];
    const roles = ["gateway", "model", "worker"];
    const made = await run(path.join(deploy, "hop", "make-certificates.sh"), [hop, ...roles]);
    assert.equal(made.code, 0, made.stderr);
    assert.equal((await run(program("codesaga-proxy"), ["keys", "add", "minji", "--file", keysFile])).code, 0);
    for (const role of roles) {
      const port = await freePort();
      const text = await readSettings(path.join(root, "etc", "codesaga", `role-${role}.env`));
      const settings = Object.entries(text).map(([name, value]) => [
        name,
        value.replace("/etc/codesaga/hop", path.join(hop, role)).replace("/var/lib/codesaga/keys.json", keysFile),
      ]);
      const server = processes.start(`systemd-${role}`, path.join(root, "usr/local/bin/codesaga-proxy"), [], {
        env: {
          ...Object.fromEntries(settings),
          CODESAGA_LISTEN: `127.0.0.1:${port}`,
          CODESAGA_GRPC_LISTEN: "127.0.0.1:0",
        },
      });
      await answers(`http://127.0.0.1:${port}/healthz`, server);
      await server.end();
    }
    await rm(folder, { recursive: true });
  });

  test("systemd accepts the units, and finds them closed enough", async () => {
    const folder = path.join(root, "units");
    await cp(system(), folder, { recursive: true });
    for (const name of await readdir(ec2)) {
      if (/\.(service|timer)$/.test(name)) await cp(path.join(ec2, name), path.join(folder, name));
    }
    const units = (await readdir(folder)).filter((name) => /\.(service|timer)$/.test(name));
    assert.ok(units.length >= 6, String(units));
    for (const unit of units) {
      // The analyser looks for each program; those that belong to the machine are looked for where they were installed.
      const text = (await readFile(path.join(folder, unit), "utf8"))
        .replaceAll("=/usr/local/bin/ollama", "=/bin/true")
        .replaceAll("/usr/local/lib/codesaga/fetch-secrets.sh", path.join(ec2, "fetch-secrets.sh"))
        .replaceAll("=/usr/local/", `=${root}/usr/local/`);
      await writeFile(path.join(folder, unit), text);
    }
    const verified = await run("systemd-analyze", [
      "verify",
      "--man=no",
      ...units.map((unit) => path.join(folder, unit)),
    ]);
    assert.equal(verified.code, 0, verified.stderr);
    assert.equal(verified.stderr.trim(), "");
    for (const unit of units.filter((name) => /^codesaga-.*\.service$/.test(name))) {
      const flags = ["security", "--offline=true", "--no-pager", `--threshold=${exposureMax * 10}`];
      const { code, stdout } = await run("systemd-analyze", [...flags, path.join(folder, unit)]);
      assert.equal(code, 0, stdout.trim().split("\n").at(-1));
    }
  });

  test("uninstall.sh asks, keeps settings, and takes them too when told so", async () => {
    assert.equal((await script("uninstall.sh", [], "n\n")).code, 1);
    assert.ok((await stat(system("codesaga-proxy.service"))).isFile());
    assert.equal((await script("uninstall.sh", ["--yes"])).code, 0);
    assert.deepEqual(await readdir(system()), []);
    assert.deepEqual(await readdir(path.join(root, "usr", "local", "bin")), []);
    assert.ok((await stat(path.join(root, "etc", "codesaga", "proxy.env"))).isFile());
    assert.equal((await script("uninstall.sh", ["--yes", "--purge"])).code, 0);
    assert.ok(!(await readdir(path.join(root, "etc"))).includes("codesaga"));
  });

  /** Runs one of the scripts with what a person types. */
  function script(name, args, typed = "") {
    const child = spawn(path.join(here, name), args, { env: { ...process.env, DESTDIR: root } });
    child.stdin.end(typed);
    const said = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"]) {
      child[stream].setEncoding("utf8").on("data", (text) => {
        said[stream] += text;
      });
    }
    return new Promise((resolve) => {
      child.once("close", (code) => resolve({ code, ...said }));
    });
  }
});
