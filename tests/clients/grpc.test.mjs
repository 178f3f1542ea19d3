// gRPC by clients that are not ours: Google's for Python, made of the files in proto/ (the cases are in grpc_client.py),
// and grpcurl, which learns the calls from the server itself.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { clientsPython, installClients } from "../../scripts/lib/clients.mjs";
import { installGoTools } from "../../scripts/lib/go-tools.mjs";
import { root } from "../../scripts/lib/places.mjs";
import { openClients, quietKit } from "./backend.mjs";

let backend;
let address;
let folder;
let grpcurl;

before(async () => {
  backend = await openClients("grpc");
  const kit = quietKit(backend.processes);
  await installClients(kit);
  grpcurl = path.join(await installGoTools(kit, ["grpcurl"]), "grpcurl");
  address = new URL(backend.url).host;
  folder = await mkdtemp(path.join(tmpdir(), "codesaga-grpc-"));
});
after(async () => {
  await backend?.close();
  if (folder) await rm(folder, { recursive: true, force: true });
});

test("Google's client for Python works with what is generated from the files", async () => {
  const proto = path.join(root, "proto");
  const files = ["codesaga/v1/codesaga.proto", "codesaga/v1/models.proto"].map((name) => path.join(proto, name));
  const made = [`-I${proto}`, `--python_out=${folder}`, `--grpc_python_out=${folder}`];
  const generated = await run(clientsPython, ["-m", "grpc_tools.protoc", ...made, ...files]);
  assert.equal(generated.code, 0, generated.output);
  const { code, output } = await run(clientsPython, [path.join(root, "tests", "clients", "grpc_client.py")], {
    PYTHONPATH: folder,
    PYTHONDONTWRITEBYTECODE: "1",
    CLIENT_ADDRESS: address,
    CLIENT_KEY: backend.key,
    CLIENT_SCRIPT: `${backend.scripted.url}/_script`,
  });
  assert.equal(code, 0, output);
  assert.match(output, /Ran 6 tests/);
});

test("grpcurl finds the calls by reflection and makes them", async () => {
  const services = await ask(["list"]);
  assert.deepEqual(services.output.trim().split("\n"), ["codesaga.v1.CodeSaga", "grpc.health.v1.Health"]);
  assert.match((await ask(["describe", "codesaga.v1.CodeSaga.Generate"])).output, /stream .codesaga.v1.GenerateReply/);

  await backend.scripted.script([{ pieces: ["안녕", " 👋"] }]);
  const request = { request_type: "refactor", input: "hello", code_context: "a" };
  const call = ["-H", `authorization: Bearer ${backend.key}`, "-d", JSON.stringify(request)];
  const answer = await ask(call, "codesaga.v1.CodeSaga/Generate");
  assert.equal(answer.code, 0, answer.output);
  for (const part of ['"accepted"', '"안녕"', '" 👋"', '"completed"'])
    assert.ok(answer.output.includes(part), answer.output);

  const refused = await ask(["-d", JSON.stringify(request)], "codesaga.v1.CodeSaga/Generate");
  assert.match(refused.output, /Code: Unauthenticated/);
  const healthy = await ask(["-d", '{"service":"codesaga.v1.CodeSaga"}'], "grpc.health.v1.Health/Check");
  assert.match(healthy.output, /"status": "SERVING"/);
});

function ask([first, ...rest], method) {
  const verbs = ["list", "describe"].includes(first) ? [address, first, ...rest] : [first, ...rest, address, method];
  return run(grpcurl, ["-plaintext", ...verbs]);
}

function run(program, args, env = {}) {
  return new Promise((resolve) => {
    execFile(program, args, { env: { ...process.env, ...env }, timeout: 120_000 }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, output: stdout + stderr }),
    );
  });
}
