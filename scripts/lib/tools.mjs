// Checks what must be on the machine before anything can be built, and says in one sentence what is missing
// and how to get it. It installs only what the system's own packages can give.
import { execFile } from "node:child_process";
import { homedir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { canInstall, install, installCommand } from "./debian.mjs";
import { Expected } from "./expected.mjs";
import { findProgram } from "./find.mjs";

const runFile = promisify(execFile);
const cargoFolder = path.join(process.env.CARGO_HOME ?? path.join(homedir(), ".cargo"), "bin");

// The oldest that the workspace is built and tested with; the same number as `rust-version` in Cargo.toml.
const oldest = { node: [20, 0], rust: [1, 90], python: [3, 9] };

/** Something is missing; the message says what, and how to get it. */
export class ToolMissing extends Expected {}

/**
 * Throws ToolMissing with every missing tool, one sentence each.
 * Adds rustup's folder to the PATH when cargo is only there, as in a terminal opened before Rust was installed.
 */
export async function checkTools({ say, processes }) {
  if (!findProgram("cargo") && findProgram("cargo", [cargoFolder])) {
    process.env.PATH = `${cargoFolder}${path.delimiter}${process.env.PATH}`;
  }
  if (!findProgram(["cc", "gcc", "clang"]) && canInstall()) await install(["build-essential"], { processes });
  if (!(await pythonWithVenv()) && canInstall()) await install(["python3", "python3-venv"], { processes });

  const missing = [
    nodeSentence(say),
    findProgram("npm") ? undefined : say("npm is missing: install Node.js 20 or newer from https://nodejs.org"),
    await rustSentence(say),
    await pythonSentence(say),
    compilerSentence(say),
  ].filter(Boolean);
  if (missing.length > 0) throw new ToolMissing(missing.join("\n"));
}

function nodeSentence(say) {
  if (isAtLeast(process.versions.node, oldest.node)) return undefined;
  return say("Node.js {0} is too old: install 20 or newer from https://nodejs.org", process.versions.node);
}

async function rustSentence(say) {
  const version = findProgram("cargo") && (await versionOf("rustc", ["--version"]));
  if (!version) return say("Rust is missing: get it from https://rustup.rs");
  if (!isAtLeast(version, oldest.rust)) {
    return say("Rust {0} is too old: run `rustup update stable` for {1} or newer", version, oldest.rust.join("."));
  }
  return undefined;
}

async function pythonSentence(say) {
  const version = await versionOf("python3", ["--version"]);
  const command = installCommand(process.platform === "darwin" ? ["python@3.12"] : ["python3", "python3-venv"]);
  if (!version || !isAtLeast(version, oldest.python)) {
    return say("Python {0} or newer is missing: {1}", oldest.python.join("."), command);
  }
  if (!(await pythonWithVenv())) return say("Python has no venv module: {0}", command);
  return undefined;
}

function compilerSentence(say) {
  if (findProgram(["cc", "gcc", "clang"])) return undefined;
  const command = process.platform === "darwin" ? "xcode-select --install" : installCommand(["build-essential"]);
  return say("A C compiler is missing: {0}", command);
}

async function pythonWithVenv() {
  try {
    await runFile("python3", ["-c", "import venv, ensurepip"]);
    return true;
  } catch {
    return false;
  }
}

async function versionOf(program, args) {
  try {
    const { stdout } = await runFile(program, args);
    return /(\d+\.\d+(\.\d+)?)/.exec(stdout)?.[1];
  } catch {
    return undefined;
  }
}

function isAtLeast(version, [major, minor]) {
  const [haveMajor, haveMinor] = version.split(".").map(Number);
  return haveMajor > major || (haveMajor === major && haveMinor >= minor);
}
