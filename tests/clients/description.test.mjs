// What /openapi.json allows, asked by Schemathesis: no request may break the server, and every answer is one that the
// description knows.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { clientsPython, installClients } from "../../scripts/lib/clients.mjs";
import { openClients, quietKit } from "./backend.mjs";

const checks = ["not_a_server_error", "status_code_conformance", "content_type_conformance"];

let backend;
let folder;

before(async () => {
  backend = await openClients("description");
  await installClients(quietKit(backend.processes));
  folder = await mkdtemp(path.join(tmpdir(), "codesaga-description-"));
});
after(async () => {
  await backend?.close();
  if (folder) await rm(folder, { recursive: true, force: true });
});

test("no request that the description allows breaks the server", async () => {
  const args = [
    ...["-m", "schemathesis.cli", "run", `${backend.url.replace(/\/v1$/, "")}/openapi.json`],
    ...["--header", `Authorization: Bearer ${backend.key}`, "--checks", checks.join(",")],
    ...["--phases", "examples,coverage,fuzzing", "--max-examples", "15", "--seed", "7411", "--workers", "1"],
    // 503 is what it says while it is not ready.
    ...["--exclude-path", "/readyz", "--request-timeout", "20", "--no-color"],
  ];
  const { code, output } = await new Promise((resolve) => {
    execFile(clientsPython, args, { cwd: folder, maxBuffer: 64 << 20 }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, output: stdout + stderr }),
    );
  });
  assert.equal(code, 0, output.slice(-20_000));
  assert.match(output, /Tested: [1-9]\d*/);
});
