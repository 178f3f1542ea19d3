// What reaches the model with a completion, seen at the model: other files, cells above, and no secrets.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { eventually } from "./harness/eventually.mjs";
import { openScene, scenarios } from "./harness/scene.mjs";
import { askedText } from "./harness/scripted.mjs";

const token = "ghp_16C7e42F292c6912E7710c838347Ae178B4a";
const cell = (source) => ({ cell_type: "code", execution_count: null, metadata: {}, outputs: [], source });
const notebook = {
  cells: [cell(["def average_price(items):\n", "    return 7"]), cell(["second = 2"])],
  metadata: { language_info: { name: "python" } },
  nbformat: 4,
  nbformat_minor: 5,
};
const files = {
  "shapes.py":
    'def area_of_circle(radius: float) -> float:\n    """The area inside."""\n    return 3.14 * radius ** 2\n',
  "generated/ignored.py": "def area_hidden(radius):\n    return 0\n",
  "vault/safe.py": "def area_private(radius):\n    return 0\n",
  ".gitignore": "generated/\n",
  "use.py":
    "from shapes import area_of_circle\n\n\ndef main():\n    size = [area_of_circle, area_hidden, area_private]\n    \n",
  "comment.py": "def main():\n    \n",
  "secret.py": `API_TOKEN = "${token}"\n\n\ndef call():\n    \n`,
  ".env": `API_TOKEN=${token}\n\n`,
  "prices.ipynb": JSON.stringify(notebook),
};

let scene;
let workbench;

before(async () => {
  const settings = { "codesaga.completion.inComments": false, "codesaga.privateFiles": ["**/vault/**"] };
  scene = await openScene({ name: "context", files, settings });
  workbench = scene.workbench;
  await workbench.waitForStatus("sparkle");
});
after(() => scene?.close());

const test = scenarios(() => scene);

const asked = async () => (await scene.scripted.asked()).map(askedText);

test("a definition from a file that is not open is told", async () => {
  await eventually(
    "the workspace is read",
    () => workbench.statusPage("CodeSaga: Show Status"),
    (page) => Number(page["stats.indexedFiles"]) >= 2 && page["stats.indexing"] === "false",
  );
  await scene.scripted.script([{ pieces: [" return", " size", "(1)"] }]);
  await workbench.open("use.py", 6, 5);
  await workbench.type("return ", 150);
  await workbench.waitForGhostText((text) => text.includes("size(1)"));
  const texts = await asked();
  assert.match(texts.at(-1), /def area_of_circle\(radius: float\) -> float/);
  assert.doesNotMatch(texts.join("\n"), /def area_(?:hidden|private)/);
});

test("a secret stays here", async () => {
  await scene.scripted.script([]);
  await workbench.open("secret.py", 5, 5);
  await workbench.type("return ", 60);
  await workbench.waitForGhostText((text) => text !== "");
  const texts = await asked();
  assert.ok(texts.length > 0);
  assert.match(texts.at(-1), /API_TOKEN = /);
  assert.ok(!texts.some((text) => text.includes(token)));
});

test("nothing is asked in a file that is private", async () => {
  await scene.scripted.script([]);
  await workbench.open(".env", 2, 1);
  await workbench.type("PASSWORD=", 60);
  await workbench.press("Alt+\\");
  await workbench.open("shapes.py", 3, 1);
  await workbench.press("End");
  await workbench.press("Alt+\\");
  const isAfter = (one) => askedText(one).includes("def area_of_circle");
  const texts = (await scene.scripted.askedUntil((all) => all.some(isAfter), "the question after it")).map(askedText);
  assert.ok(!texts.some((text) => text.includes("API_TOKEN")));
});

test("nothing is asked in a comment when the setting says so, but by hand", async () => {
  await scene.scripted.script([]);
  await workbench.open("comment.py", 2, 5);
  await workbench.type("# typed ", 60);
  await workbench.press("Enter");
  await workbench.waitForGhostText((text) => text.includes("return"));
  const inComment = (one) => askedText(one).split("\n").at(-1).trimStart().startsWith("#");
  assert.ok(!(await scene.scripted.asked()).some(inComment));
  await workbench.open("comment.py", 2, 13);
  await workbench.press("Alt+\\");
  await scene.scripted.askedUntil((all) => all.some(inComment), "the question by hand");
});

test("a cell is completed with the cells above it", async () => {
  await scene.scripted.script([{ pieces: [" average", "_price(items)"] }]);
  await workbench.openCell("prices.ipynb", 2);
  await workbench.press("Enter");
  await workbench.type("total = ", 60);
  await workbench.waitForGhostText((text) => text.includes("average_price(items)"));
  await scene.screenshots("notebook");
  const last = (await asked()).at(-1);
  assert.match(last, /def average_price\(items\):/);
  assert.match(last, /second = 2/);
});
