import assert from "node:assert/strict";
import { test } from "node:test";
import { activationIn } from "./activation-report.mjs";

// As VS Code 1.100 writes it.
const report = `## Extension Activation Stats
| Extension         | Eager | Load Code | Call Activate | Finish Activate | Event             | By                |
| :---------------- | :---- | :-------- | :------------ | :-------------- | :---------------- | :---------------- |
| vscode.git-base   | *     | 4         | 1             | 0               | *                 | vscode.git-base   |
| codesaga.codesaga | false | 21        | 12            | 3               | onStartupFinished | codesaga.codesaga |
`;

test("an extension's times stand in its row, under their names", () => {
  assert.deepEqual(activationIn(report, "codesaga.codesaga"), { load: 21, call: 12, finish: 3 });
});

test("what is not in the report, or not yet, is not found", () => {
  assert.equal(activationIn(report, "other.extension"), undefined);
  assert.equal(activationIn("Gathering data…", "codesaga.codesaga"), undefined);
});
