// The workflows of GitHub Actions, looked at by actionlint: names of runners, inputs of actions, types of expressions.
import path from "node:path";
import { installGoTools } from "./go-tools.mjs";

/** Throws with what it says. */
export async function checkWorkflows(kit) {
  const folder = await installGoTools(kit, ["actionlint"]);
  // It asks shellcheck and pyflakes where they are there, and would say different things on different machines.
  await kit.processes.run("actionlint", path.join(folder, "actionlint"), ["-shellcheck=", "-pyflakes="], {
    tailLines: 200,
  });
}
