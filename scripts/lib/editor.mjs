// Installs VS Code as a web editor (the npm package code-server) into the ignored folder and starts it.
// For trying and testing only: nothing that ships depends on it, and the user's own editor is never touched.
import { existsSync } from "node:fs";
import { mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { canInstall, install, installCommand } from "./debian.mjs";
import { findProgram } from "./find.mjs";
import { cache } from "./places.mjs";
import { answers, freePort } from "./ports.mjs";

/** VS Code 1.100, the newest that runs on Node 20. */
const version = "4.100.3";
// Native modules fit one generation of Node on one kind of machine.
const key = `code-server-${version}-${process.platform}-${process.arch}-node${process.versions.modules}`;
const nativeModules = {
  "@vscode/spdlog": "build/Release/spdlog.node",
  "native-watchdog": "build/Release/watchdog.node",
  "node-pty": "build/Release/pty.node",
};

/** Installs the editor once; gives the file to start it with. */
export async function installEditor({ processes, say, progress }) {
  const home = path.join(cache, "editor", key);
  const entry = path.join(home, "node_modules", "code-server", "out", "node", "entry.js");
  if (existsSync(path.join(home, "installed"))) return entry;

  if (!findProgram("rg")) {
    if (canInstall()) await install(["ripgrep"], { processes });
    else progress.line(say("Searching in the editor needs ripgrep: {0}", installCommand(["ripgrep"])));
  }
  // Beside its place until it works, so that a broken installation is never taken for a good one.
  const building = `${home}.${process.pid}`;
  await rm(building, { recursive: true, force: true });
  await mkdir(building, { recursive: true });
  await progress.step(say("Install the editor (VS Code in the browser)"), (detail) =>
    build(building, processes, detail),
  );
  await rm(home, { recursive: true, force: true });
  await rename(building, home);
  await verify(entry, processes);
  await writeFile(path.join(home, "installed"), `${version}\n`);
  return entry;
}

async function build(home, processes, detail) {
  const npm = (name, cwd, ...args) =>
    processes.run(`editor-${name}`, "npm", [...args, "--no-audit", "--no-fund"], {
      cwd,
      env: { npm_config_update_notifier: "false" },
    });
  const vscode = path.join(home, "node_modules", "code-server", "lib", "vscode");

  await writeFile(path.join(home, "package.json"), '{ "name": "codesaga-editor", "private": true }\n');
  detail("code-server");
  await npm("code-server", home, "install", `code-server@${version}`, "--save-exact", "--ignore-scripts");
  detail("VS Code");
  await npm("vscode", vscode, "install", "--ignore-scripts", "--omit=dev");
  detail("VS Code extensions");
  await npm("extensions", path.join(vscode, "extensions"), "install", "--ignore-scripts", "--omit=dev");
  detail("native modules");
  // One at a time: the last step of node-pty fails after a good build, and must not hide another's failure.
  for (const name of Object.keys(nativeModules)) {
    const failure = await npm(`rebuild-${path.basename(name)}`, vscode, "rebuild", name).then(
      () => undefined,
      (error) => error,
    );
    if (!existsSync(path.join(vscode, "node_modules", name, nativeModules[name]))) {
      throw failure ?? new Error(`${name} was not built`);
    }
  }
  await npm("rebuild-argon2", home, "rebuild", "argon2");
  const argon2 = path.join(home, "node_modules", "argon2", "lib", "binding", "napi-v3", "argon2.node");
  const argon2Inside = path.join(
    home,
    "node_modules",
    "code-server",
    "node_modules",
    "argon2",
    "lib",
    "binding",
    "napi-v3",
    "argon2.node",
  );
  // npm says "rebuilt" also when it did nothing.
  if (!existsSync(argon2) && !existsSync(argon2Inside)) throw new Error("argon2 was not built");

  const ripgrep = findProgram("rg");
  const ripgrepFolder = path.join(vscode, "node_modules", "@vscode", "ripgrep", "bin");
  await mkdir(ripgrepFolder, { recursive: true });
  if (ripgrep && !existsSync(path.join(ripgrepFolder, "rg"))) await symlink(ripgrep, path.join(ripgrepFolder, "rg"));
  if (!existsSync(path.join(vscode, "node_modules.asar")))
    await symlink("node_modules", path.join(vscode, "node_modules.asar"));
}

async function verify(entry, processes) {
  const output = await processes.run("editor-version", process.execPath, [entry, "--version"]);
  if (!output.includes(version)) throw new Error(`the editor does not start: ${output}`);
}

/** Installs a packed extension for the profile in `profile`. */
export async function installExtension({ processes, entry, profile, vsix }) {
  // It makes neither of the two folders by itself.
  for (const name of ["data", "extensions"]) await mkdir(path.join(profile, name), { recursive: true });
  await processes.run("editor-install-extension", process.execPath, [
    entry,
    ...folders(profile),
    "--install-extension",
    vsix,
  ]);
}

/**
 * Starts the editor on `folder` and waits until it answers. `locale` 'ko' or 'en' is the language of its own words;
 * `isTrusted` answers its question about the folder; `withProposals` is the extension that may use what is no API yet.
 */
export async function startEditor({
  processes,
  entry,
  profile,
  folder,
  locale = "en",
  port,
  name = "editor",
  isTrusted = true,
  withProposals,
}) {
  const chosen = await freePort(port);
  const quiet = ["--auth", "none", "--disable-telemetry", "--disable-update-check"];
  if (isTrusted) quiet.push("--disable-workspace-trust");
  if (withProposals) quiet.push("--enable-proposed-api", withProposals);
  const address = ["--bind-addr", `127.0.0.1:${chosen}`, "--locale", locale];
  const program = processes.start(name, process.execPath, [entry, ...quiet, ...address, ...folders(profile), folder], {
    // A config file of the user's own code-server must not change this one.
    env: { CODE_SERVER_CONFIG: path.join(profile, "code-server.yaml"), PORT: undefined, PASSWORD: undefined },
  });
  const url = `http://127.0.0.1:${chosen}/`;
  await answers(`${url}healthz`, program);
  return { ...program, url: `${url}?folder=${encodeURIComponent(folder)}` };
}

/** The two folders that make a profile apart from every other. */
export function folders(profile) {
  return ["--user-data-dir", path.join(profile, "data"), "--extensions-dir", path.join(profile, "extensions")];
}
