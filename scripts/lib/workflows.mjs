// The workflows of GitHub Actions, looked at by actionlint (names of runners, inputs of actions, types of expressions), and
// the shell in them by shellcheck.
import path from "node:path";
import { pythonTools } from "./deploy-tools.mjs";
import { installGoTools } from "./go-tools.mjs";

/** Throws with what they say. shellcheck is one of the parts that are installed before. */
export async function checkWorkflows(kit) {
  const folder = await installGoTools(kit, ["actionlint"]);
  const linters = [`-shellcheck=${path.join(pythonTools, "shellcheck")}`, "-pyflakes="];
  await kit.processes.run("actionlint", path.join(folder, "actionlint"), linters, { tailLines: 200 });
}
