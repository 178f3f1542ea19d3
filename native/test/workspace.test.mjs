import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { codeOf, events, finish, say, withEngine } from "./server.mjs";

/** Runs `work` with a folder of these files, and removes it. */
async function withFolder(files, work) {
  const path = mkdtempSync(join(tmpdir(), "codesaga-"));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
    return await work({ path, name: "프로젝트" });
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}

/** The counts once everything is read. */
async function settled(engine) {
  while (engine.stats().indexing) await new Promise((resolve) => setImmediate(resolve));
  return engine.stats();
}

const workspace = (folders, more = {}) => ({ folders, exclude: [], private: [], ...more });

const files = {
  "계산.py": "def 더하기(첫째, 둘째):\n    return 첫째 + 둘째\n",
  "a.ts": "export function multiply(a: number, b: number) {\n  return a * b;\n}\n",
  "b.png": "x",
  "secret.py": "PASSWORD = 'hunter2'\n",
  "old.ts": "export const old = 1;\n",
};

test("files are indexed, counted, and read again when they change", () =>
  withFolder(files, (folder) =>
    withEngine(undefined, async (engine) => {
      assert.equal(engine.stats().indexedFiles, 0);
      engine.setWorkspace(workspace([folder], { exclude: ["**/old.*"], private: ["secret.*"] }));
      const first = await settled(engine);
      assert.equal(first.indexedFiles, 2);
      assert.ok(first.indexedBytes > 0);
      assert.deepEqual(first.leftOut, { excluded: 1, private: 1, unknown_language: 1 });

      writeFileSync(join(folder.path, "새.py"), "x = 1\n");
      rmSync(join(folder.path, "a.ts"));
      rmSync(join(folder.path, "계산.py"));
      engine.filesChanged(["새.py", "a.ts", "계산.py"].map((name) => join(folder.path, name)));
      assert.equal((await settled(engine)).indexedFiles, 1);

      engine.setWorkspace(workspace([]));
      assert.equal((await settled(engine)).indexedFiles, 0);
    }),
  ));

test("what a file says that is not open reaches the prompt", () => {
  const answer = (response) => {
    say(response, "1, 2)");
    finish(response);
  };
  return withFolder(files, (folder) =>
    withEngine(answer, async (engine, server) => {
      engine.setWorkspace(workspace([folder]));
      await settled(engine);
      const text = "from 계산 import 더하기\n\n합 = 더하기(";
      engine.openDocument({ uri: "file:///b.py", languageId: "python", version: 1, text });
      await events(engine.complete({ uri: "file:///b.py", offset: text.length, trigger: "invoke" }));
      assert.ok(server.prompts[0].includes("def 더하기(첫째, 둘째)"), server.prompts[0]);
    }),
  );
});

test("a workspace that makes no sense is refused with a code, and leaves none", () =>
  withFolder(files, (folder) =>
    withEngine(undefined, async (engine) => {
      for (const wrong of [
        workspace([{ path: "relative", name: "a" }]),
        workspace([folder], { exclude: ["[a"] }),
        workspace([folder], { private: ["{a"] }),
        workspace(Array.from({ length: 1_000 }, () => folder)),
      ]) {
        engine.setWorkspace(workspace([folder]));
        assert.equal(
          codeOf(() => engine.setWorkspace(wrong)),
          "invalid_setting",
          JSON.stringify(wrong).slice(0, 80),
        );
        assert.equal((await settled(engine)).indexedFiles, 0);
      }
    }),
  ));

test("more changed paths than can be told apart are taken", () =>
  withFolder(files, (folder) =>
    withEngine(undefined, async (engine) => {
      engine.setWorkspace(workspace([folder]));
      const before = (await settled(engine)).indexedFiles;
      engine.filesChanged(Array.from({ length: 100_000 }, (_, nth) => join(folder.path, `${nth}.py`)));
      engine.filesChanged(["", "relative.py", "\0", "/"]);
      assert.equal((await settled(engine)).indexedFiles, before);
    }),
  ));

test("what became of suggestions is counted, and told when the engine closes", () => {
  const answer = (response) => {
    say(response, " 1");
    finish(response);
  };
  const work = async (engine, server) => {
    const uri = "file:///a.py";
    engine.openDocument({ uri, languageId: "python", version: 1, text: "x = " });
    await events(engine.complete({ uri, offset: 4, trigger: "invoke" }));
    const note = (kind, characters = 3) => engine.noteOutcome({ kind, language: "python", characters });
    const kinds = ["shown", "shown", "accepted", "partially_accepted", "dismissed", "survived", "changed"];
    for (const kind of kinds) note(kind);
    const { shown, accepted, partiallyAccepted, dismissed, survived, changed } = engine.stats();
    assert.deepEqual([shown, accepted, partiallyAccepted, dismissed, survived, changed], [2, 1, 1, 1, 1, 1]);
    engine.noteOutcome({ of: "edit", kind: "accepted", language: "python", characters: 20 });
    assert.deepEqual([engine.stats().accepted, engine.stats().editsAccepted], [1, 1]);
    for (const characters of [-1, 0.5, Number.NaN, 2 ** 40]) {
      assert.equal(
        codeOf(() => note("shown", characters)),
        "invalid_request",
        `${characters}`,
      );
    }
    assert.throws(() => note("eaten"));
    const told = server.told();
    engine.close();
    await told;
    const [{ counts }] = server.reports;
    assert.deepEqual(counts, [
      {
        model: "small",
        language: "python",
        shown: 2,
        accepted: 1,
        partially_accepted: 1,
        dismissed: 1,
        survived: 1,
        changed: 1,
        characters_shown: 6,
        characters_accepted: 6,
      },
      {
        model: "small",
        language: "python",
        kind: "edit",
        shown: 0,
        accepted: 1,
        partially_accepted: 0,
        dismissed: 0,
        survived: 0,
        changed: 0,
        characters_shown: 0,
        characters_accepted: 20,
      },
    ]);
  };
  return withEngine(answer, work, { isProxy: true });
});

test("a closed engine takes nothing more", () =>
  withEngine(undefined, (engine) => {
    engine.close();
    for (const call of [
      () => engine.setWorkspace(workspace([])),
      () => engine.filesChanged([]),
      () => engine.noteOutcome({ kind: "shown", language: "python", characters: 1 }),
    ]) {
      assert.equal(codeOf(call), "shutting_down");
    }
  }));
