// deploy/model: the script that brings the model, against the scripted Ollama, and the Modelfiles against what the server
// knows of the reference model.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { openProcesses } from "../../scripts/lib/processes.mjs";
import { startScripted } from "../end-to-end/harness/scripted.mjs";
import { deploy, readSettings, run } from "./support.mjs";

describe("prepare-model.sh", () => {
  const processes = openProcesses();
  let scripted;
  const digest = "a".repeat(64);
  const other = "b".repeat(64);
  const name = "bllossom-shape:latest";
  const tags = (...models) => ({ endpoint: "/api/tags", status: 200, body: { models } });
  const listed = (model, its) => ({ name: model, model, size: 1, digest: its, details: { family: "llama" } });

  before(async () => {
    scripted = await startScripted({ processes, name: "prepare-model" });
  });
  after(() => processes.endAll());

  const prepare = (settings) =>
    run(path.join(deploy, "model", "prepare-model.sh"), [], {
      env: { ...process.env, OLLAMA: scripted.url, MODEL: name, ...settings },
    });
  const paths = async () => (await scripted.all()).map((request) => request.path);

  test("one that is there with its digest is loaded as the server asks for it, and not fetched", async () => {
    await scripted.script([tags(listed(`${name}-other`, other), listed(name, digest))]);
    const { code, stderr } = await prepare({ MODEL_DIGEST: digest, CONTEXT_LENGTH: "4096" });
    assert.equal(code, 0, stderr);
    const requests = await scripted.all();
    assert.ok(!requests.some((request) => request.path === "/api/pull"));
    const { body } = requests.find((request) => request.path === "/api/generate");
    assert.deepEqual(body, { model: name, stream: false, keep_alive: -1, options: { num_ctx: 4096 } });
  });

  test("one that is missing is fetched; another one under its name is refused and not loaded", async () => {
    const pulled = { endpoint: "/api/pull", status: 200, body: { status: "success" } };
    await scripted.script([{ ...tags(), times: 1 }, pulled, tags(listed(name, other))]);
    const { code, stderr } = await prepare({ MODEL_DIGEST: digest });
    assert.equal(code, 1);
    assert.match(stderr, /refused: .* is sha256:b+ and not the pinned sha256:a+/);
    assert.deepEqual(
      (await paths()).filter((at) => /pull|generate/.test(at)),
      ["/api/pull"],
    );
  });

  test("a failed fetch is told in Ollama's words", async () => {
    const failed = { endpoint: "/api/pull", status: 200, body: { error: "pull model manifest: file does not exist" } };
    await scripted.script([tags(), failed]);
    const { code, stderr } = await prepare({});
    assert.equal(code, 1);
    assert.match(stderr, /pull model manifest: file does not exist/);
  });

  test("without a pinned digest the one that came is named", async () => {
    await scripted.script([tags(listed(name, other))]);
    const { code, stderr } = await prepare({});
    assert.equal(code, 0, stderr);
    assert.match(stderr, new RegExp(`no digest is pinned; this is sha256:${other}`));
  });
});

describe("the Modelfiles", () => {
  const read = async (name) => parse(await readFile(path.join(deploy, "model", name), "utf8"));

  test("pin what the server sends, and end answers where the template's turns end", async () => {
    const proxy = await readSettings(path.join(deploy, "systemd", "proxy.env"));
    for (const name of ["Modelfile", "Modelfile.insert"]) {
      const { from, parameters, stops, template } = await read(name);
      assert.equal(from, proxy.CODESAGA_MODEL);
      assert.equal(parameters.num_ctx, proxy.CODESAGA_CONTEXT_LENGTH);
      assert.equal(parameters.repeat_penalty, "1.0");
      assert.ok(Number(parameters.num_predict) > 0);
      for (const stop of ["<|eot_id|>", "<|start_header_id|>"])
        assert.ok(stops.includes(stop) && template.includes(stop));
      assert.doesNotMatch(template, /begin_of_text/);
      const opened = template.match(/\{\{ (if|else|end)\b/g).map((word) => word.slice(3));
      assert.equal(opened.filter((word) => word === "if").length, opened.filter((word) => word === "end").length);
    }
  });

  test("only the second fills holes", async () => {
    assert.doesNotMatch((await read("Modelfile")).template, /\.Suffix/);
    const { template } = await read("Modelfile.insert");
    assert.ok(template.startsWith("{{ if .Suffix }}"));
    // What the model goes on with comes last, and the text after the cursor before it.
    const hole = template.slice(0, template.indexOf("{{ else }}"));
    assert.ok(hole.endsWith("{{ .Prompt }}") && hole.indexOf("{{ .Suffix }}") < hole.indexOf("{{ .Prompt }}"));
  });
});

/** A Modelfile's instructions. */
function parse(text) {
  const instructions = text.replaceAll(/^#.*\n/gm, "");
  const parameters = [...instructions.matchAll(/^PARAMETER (\w+) (.+)$/gm)].map(([, name, value]) => [name, value]);
  return {
    from: /^FROM (\S+)$/m.exec(instructions)[1],
    parameters: Object.fromEntries(parameters),
    stops: parameters.filter(([name]) => name === "stop").map(([, value]) => JSON.parse(value)),
    template: /^TEMPLATE """(.*?)"""$/ms.exec(instructions)[1],
  };
}
