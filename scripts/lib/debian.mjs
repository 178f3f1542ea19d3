// Installs packages of Debian or Ubuntu when the script may (root, with apt); else says which command would.
// Nothing of another system is installed: there the sentence names what to install.
import { existsSync } from "node:fs";
import { findProgram } from "./find.mjs";

/** Whether this machine is one where `install` can work without asking for a password. */
export function canInstall() {
  return (
    process.platform === "linux" &&
    process.getuid() === 0 &&
    existsSync("/etc/debian_version") &&
    Boolean(findProgram("apt-get"))
  );
}

/** The command that a person would type for `packages` on this machine. */
export function installCommand(packages) {
  if (process.platform === "darwin") return `brew install ${packages.join(" ")}`;
  if (findProgram("apt-get")) return `sudo apt-get install -y ${packages.join(" ")}`;
  return `install ${packages.join(", ")} with your package manager`;
}

/** Installs `packages`; reads the package lists anew when the first try does not find one of them. */
export async function install(packages, { processes }, detail = () => {}) {
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  const args = ["install", "-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=120", ...packages];
  const onLine = (line) => /^(Get:|Unpacking|Setting up)/.test(line) && detail(line.slice(0, 60));
  try {
    await processes.run("apt-install", "apt-get", args, { env, onLine });
  } catch {
    await processes.run("apt-update", "apt-get", ["update"], { env });
    await processes.run("apt-install", "apt-get", args, { env, onLine });
  }
}
