// Every setting that deploy/ gives the server is one it has, with a value that it takes: a misspelt variable would be ignored
// without a word.
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { program } from "../../scripts/lib/rust.mjs";
import { composeProject, composeSettings, deploy, readSettings, readYaml, run, settingsOf } from "./support.mjs";

/** Settings of the files for compose themselves, which the server does not see. */
const notTheServers = [
  "CODESAGA_IMAGE",
  "CODESAGA_INNER_NETWORK",
  "CODESAGA_MODEL_DIGEST",
  "CODESAGA_PARALLEL_EACH",
  "CODESAGA_PUBLISH",
];
const roles = ["gateway", "model", "worker"];

test("the server takes the settings that each way of deploying gives it", async () => {
  const manifests = await readYaml(path.join(deploy, "kubernetes", "proxy.yaml"));
  const given = {
    compose: await composeSettings(),
    systemd: await readSettings(path.join(deploy, "systemd", "proxy.env")),
    kubernetes: manifests.find(({ kind }) => kind === "ConfigMap").data,
  };
  const { services } = await composeProject("fleet.yaml");
  for (const name of ["gateway-1", "models-1", "worker"]) {
    // With what the image says, as there.
    given[`fleet.yaml: ${name}`] = { CODESAGA_KEYS_FILE: "/var/lib/codesaga/keys.json", ...settingsOf(services[name]) };
  }
  for (const role of roles) {
    given[`systemd: ${role}`] = await readSettings(path.join(deploy, "systemd", `role-${role}.env`));
    assert.equal(given[`systemd: ${role}`].CODESAGA_ROLE, role);
  }
  for (const [way, settings] of Object.entries(given)) {
    // What they name is not there, which the doctor tells with 1 (or it is, which is 0); a value that is not understood is 2.
    const { code, stderr } = await run(program("codesaga-proxy"), ["doctor"], {
      env: { PATH: process.env.PATH, CODESAGA_LISTEN: "127.0.0.1:0", ...settings },
    });
    assert.ok(code === 1 || code === 0, `${way}: ${stderr}`);
  }
});

test("deploy/ names no setting that the server does not know", async () => {
  const { stdout } = await run(program("codesaga-proxy"), ["--help"]);
  const known = new Set([...stdout.matchAll(/\[env: (\w+)=/g)].map(([, name]) => name));
  assert.ok(known.has("CODESAGA_LISTEN"));
  const used = new Map();
  for (const entry of await readdir(deploy, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath ?? entry.path, entry.name);
    for (const [name] of (await readFile(file, "utf8")).matchAll(/\bCODESAGA_[A-Z_]+/g)) used.set(name, file);
  }
  assert.ok(used.size > 10);
  const unknown = [...used].filter(([name]) => !known.has(name) && !notTheServers.includes(name));
  assert.deepEqual(unknown, []);
});
