// What the tests of deploy/ share: where things are, YAML read by the tools' own Python, and programs run to their end.
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { pythonTools } from "../../scripts/lib/deploy-tools.mjs";
import { root } from "../../scripts/lib/places.mjs";

const outputBytesMax = 16 << 20;
const runLimitMs = 120_000;

export const deploy = path.join(root, "deploy");

/** Runs a program; gives its output and exit code, and never throws for the latter. */
export async function run(program, args, options = {}) {
  try {
    const limits = { maxBuffer: outputBytesMax, timeout: runLimitMs };
    const { stdout, stderr } = await promisify(execFile)(program, args, { cwd: root, ...limits, ...options });
    return { code: 0, stdout, stderr };
  } catch (error) {
    if (typeof error.code !== "number") throw error;
    return { code: error.code, stdout: error.stdout, stderr: error.stderr };
  }
}

/** One of the programs that came from PyPI. */
export function pythonTool(name, args, options) {
  return run(path.join(pythonTools, name), args, options);
}

/** The documents of a YAML file. */
export async function readYaml(file) {
  const script = path.join(root, "tests", "deploy", "to_json.py");
  const { code, stdout, stderr } = await pythonTool("python", [script, file]);
  if (code !== 0) throw new Error(`${file}: ${stderr}`);
  return JSON.parse(stdout);
}

/** The settings of a file as systemd's EnvironmentFile reads it. */
export async function readSettings(file) {
  const lines = (await readFile(file, "utf8")).split("\n").filter((line) => /^[A-Z_]+=/.test(line));
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
}

/** One of the files for compose as Docker's own program reads it, with the services of `profiles`. It has no warnings. */
export async function composeProject(name, ...profiles) {
  const file = path.join(deploy, name);
  const flags = ["--env-file", "/dev/null", "-f", file, ...profiles.flatMap((profile) => ["--profile", profile])];
  const { code, stdout, stderr } = await pythonTool("docker-compose", [...flags, "config", "--format", "json"]);
  if (code !== 0 || /warn/i.test(stderr)) throw new Error(stderr);
  return JSON.parse(stdout);
}

/** What a service of it is given. */
export function settingsOf({ environment }) {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== null));
}

/** What compose.yaml gives the server. */
export async function composeSettings() {
  return settingsOf((await composeProject("compose.yaml")).services.proxy);
}
