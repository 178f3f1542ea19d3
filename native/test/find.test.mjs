import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { withEngine } from "./server.mjs";

const KEY = "sk-proj-Zq8vW3nB7xT2mK9rL4pY6sD1fG5hJ0aC";
const files = {
  "src/😀장바구니.py": `def 합계(값):\n    return 값\n\nkey = "${KEY}"\n`,
  "src/cart.ts": "export class Cart {\n  total() {\n    return 1;\n  }\n}\n",
  ".env": "TOKEN=1\n",
};

/** Runs `work` with an engine that knows these files. */
async function withFiles(work) {
  const folder = mkdtempSync(join(tmpdir(), "codesaga-"));
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    await withEngine(undefined, async (engine) => {
      engine.setWorkspace({ folders: [{ path: folder, name: "shop" }], exclude: [], private: [] });
      while (engine.stats().indexing) await new Promise((resolve) => setImmediate(resolve));
      await work(engine, folder);
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const rejectedWith = (code) => (error) => error.code === code;

test("files and definitions are found by their letters, with offsets as the editor counts", () =>
  withFiles(async (engine, folder) => {
    const [file, ...others] = await engine.findFiles({ query: "ㅈㅂㄱ" });
    assert.deepEqual(others, []);
    assert.equal(file.path, "src/😀장바구니.py");
    assert.equal(file.folder, folder);
    assert.deepEqual(
      file.positions.map((at) => file.path[at]),
      ["장", "바", "구"],
    );
    const [symbol] = await engine.findSymbols({ query: "tot", limit: 1 });
    const { name, kind, path, startLine, endLine, positions } = symbol;
    assert.deepEqual([name, kind, path, startLine, endLine], ["total", "method", "src/cart.ts", 2, 4]);
    assert.deepEqual(positions, [0, 1, 2]);
    assert.equal((await engine.findFiles({ query: "", limit: 1 })).length, 1);
    assert.deepEqual(await engine.findFiles({ query: "env" }), []);
  }));

test("a file is read without its secrets, and a private one not at all", () =>
  withFiles(async (engine, folder) => {
    const read = await engine.readFile({ path: "src/😀장바구니.py", folder });
    assert.equal(read.language, "python");
    assert.equal(read.secrets, 1);
    assert.ok(!read.text.includes(KEY) && read.text.startsWith("def 합계"), read.text);
    const lines = await engine.readFile({ path: "src/cart.ts", startLine: 2, endLine: 2 });
    assert.deepEqual([lines.text, lines.startLine, lines.endLine], ["  total() {\n", 2, 2]);
    await assert.rejects(engine.readFile({ path: ".env" }), rejectedWith("private_file"));
    await assert.rejects(engine.readFile({ path: "none.ts" }), rejectedWith("not_found"));
  }));

test("hints are given with offsets as the editor counts, and the version they are of", () =>
  withEngine(undefined, async (engine) => {
    const uri = "file:///a.py";
    const text = "def 😀():\n    pass\n\ndef later(값):\n    # TODO\n    pass\n";
    engine.openDocument({ uri, languageId: "python", version: 7, text });
    const { version, hints } = await engine.hints({ uri });
    assert.equal(version, 7);
    const [{ rule, name, startOffset, endOffset, codeStartOffset, codeEndOffset }] = hints;
    assert.deepEqual([rule, name, text.slice(startOffset, endOffset)], ["todo_body", "later", "later"]);
    assert.equal(text.slice(codeStartOffset, codeEndOffset), "def later(값):\n    # TODO\n    pass");
    assert.deepEqual((await engine.hints({ uri, rules: [] })).hints, []);
    const many = await engine.hints({ uri, rules: ["many_parameters"], limits: { parameters: 1 } });
    assert.deepEqual(many.hints, []);
    await assert.rejects(engine.hints({ uri, rules: ["taste"] }), rejectedWith("invalid_request"));
    await assert.rejects(engine.hints({ uri: "file:///none" }), rejectedWith("unknown_document"));
    assert.throws(() => engine.hints({ uri, limits: { nesting: 0 } }), rejectedWith("invalid_setting"));
    engine.close();
    await assert.rejects(engine.hints({ uri }), rejectedWith("shutting_down"));
  }));
