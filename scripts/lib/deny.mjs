// cargo-deny, which checks the licences, the sources and the bans of everything the programs are built from.
import { installCargoTool } from "./cargo-tool.mjs";

const version = "0.20.2";

/** What deny.toml asks for. Advisories need the internet and belong to a release. */
export async function checkDependencies(kit) {
  const program = await installCargoTool("cargo-deny", version, kit);
  // What other systems are built from as well, which no build on this one has fetched.
  await kit.processes.run("deny-fetch", "cargo", ["fetch", "--locked"]);
  await kit.processes.run("deny", program, ["--offline", "--workspace", "check", "licenses", "bans", "sources"], {
    tailLines: 200,
  });
}

/** Whether a known weakness is among them; asks the advisory database on the internet. */
export async function checkAdvisories(kit) {
  const program = await installCargoTool("cargo-deny", version, kit);
  await kit.processes.run("advisories", program, ["--workspace", "check", "advisories"], { tailLines: 200 });
}
