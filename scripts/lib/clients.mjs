// Other people's clients, as they are: OpenAI's SDKs for Node and Python, the part of Continue that talks to servers, the
// Model Context Protocol's own clients (the one that editors have, and the one after it), Google's gRPC for Python, and
// Schemathesis, which asks what an API's description allows. They are the tests' tools, so they stay in the ignored folder
// and out of package-lock.json.
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { cache } from "./places.mjs";

const npmPackages = [
  "openai@7.59.0",
  "@continuedev/openai-adapters@1.37.0",
  "@modelcontextprotocol/sdk@1.32.2",
  "@modelcontextprotocol/client@2.4.0",
];
const pythonPackages = ["openai==3.57.0", "schemathesis==4.32.5", "grpcio-tools==1.85.1", "grpcio-status==1.85.3"];

const versions = [...npmPackages, ...pythonPackages].map((name) => name.replaceAll(/[@/=]+/g, "-")).join("+");
const home = path.join(cache, "clients", versions);

/** The interpreter that has the Python packages. */
export const clientsPython = path.join(home, "venv", "bin", "python");

/** Installs the clients once. */
export async function installClients({ processes, say, progress }) {
  if (existsSync(path.join(home, "installed"))) return;
  await rm(home, { recursive: true, force: true });
  await mkdir(home, { recursive: true });
  await progress.step(say("Install the SDKs of other clients"), async () => {
    // A manifest of its own, so that npm does not look for one further up.
    await writeFile(path.join(home, "package.json"), '{ "private": true }\n');
    const npm = ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--save-exact", ...npmPackages];
    const python = async () => {
      await processes.run("clients-venv", "python3", ["-m", "venv", path.join(home, "venv")]);
      const pip = ["-m", "pip", "--disable-pip-version-check", "install", "--only-binary", ":all:"];
      await processes.run("clients-pip", clientsPython, [...pip, ...pythonPackages]);
    };
    await Promise.all([processes.run("clients-npm", "npm", npm, { cwd: home }), python()]);
  });
  await writeFile(path.join(home, "installed"), `${versions}\n`);
}

/** One of the npm packages. */
export function importClient(name) {
  const resolve = createRequire(path.join(home, "package.json")).resolve;
  return import(pathToFileURL(resolve(name)).href);
}
