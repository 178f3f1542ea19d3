// The packages that holes are cut into: permissively licensed, named by version, fetched when the evaluation runs and
// kept in the ignored folder. Each is fetched by its own package manager, so that whatever mirror a machine is set up
// for is used.
import { existsSync } from "node:fs";
import { cp, mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { findProgram } from "../lib/find.mjs";
import { cache } from "../lib/places.mjs";

/** `folders` are the ones whose files are used; all where there are none. Some have comments in Korean. */
export const packages = [
  { from: "pypi", name: "click", version: "8.1.8", licence: "BSD-3-Clause", folders: ["click"] },
  { from: "pypi", name: "pyupbit", version: "0.2.34", licence: "Apache-2.0", folders: ["pyupbit"] },
  { from: "npm", name: "rxjs", version: "7.8.1", licence: "Apache-2.0", folders: ["src/internal"] },
  { from: "npm", name: "es-hangul", version: "2.3.4", licence: "MIT", folders: ["dist"] },
  { from: "npm", name: "express", version: "4.21.2", licence: "MIT", folders: ["lib"] },
  { from: "npm", name: "hangul-js", version: "0.2.6", licence: "MIT" },
  { from: "crates", name: "semver", version: "1.0.24", licence: "MIT OR Apache-2.0", folders: ["src"] },
  { from: "crates", name: "hwp", version: "0.2.0", licence: "Apache-2.0", folders: ["src"] },
  { from: "go", name: "github.com/spf13/cobra", version: "v1.8.1", licence: "Apache-2.0" },
  { from: "maven", name: "com.google.code.gson:gson", version: "2.11.0", licence: "Apache-2.0" },
  { from: "maven", name: "kr.dogfoot:hwplib", version: "1.1.8", licence: "Apache-2.0" },
];

const home = path.join(cache, "eval", "packages");

/** What fetches from where, and the program it needs. */
const fetchers = {
  pypi: { needs: "python3", fetch: fromPyPi },
  npm: { needs: "npm", fetch: fromNpm },
  crates: { needs: "cargo", fetch: fromCrates },
  go: { needs: "go", fetch: fromGo },
  maven: { needs: "mvn", fetch: fromMaven },
};

/**
 * Fetches what is not there yet. Gives the packages with the folder that holds each; those whose package manager this
 * machine does not have are left out and named in `absent`.
 */
export async function fetchPackages({ processes, progress, say }) {
  const present = [];
  const absent = [];
  for (const item of packages) {
    const { needs, fetch } = fetchers[item.from];
    const folder = path.join(home, `${item.name.replaceAll(/[/:]/g, "-")}-${item.version}`);
    if (!existsSync(folder)) {
      if (!findProgram(needs)) {
        absent.push({ name: item.name, needs });
        continue;
      }
      const unfinished = `${folder}.unfinished`;
      await rm(unfinished, { recursive: true, force: true });
      await mkdir(unfinished, { recursive: true });
      const run = (program, args, options) => processes.run(`eval-${needs}`, program, args, options);
      await progress.step(say("Fetch {0}", `${item.name} ${item.version}`), () => fetch(item, unfinished, run));
      await rename(unfinished, folder);
    }
    present.push({ ...item, folder });
  }
  return { present, absent };
}

async function fromPyPi({ name, version }, folder, run) {
  const pip = ["-m", "pip", "--disable-pip-version-check", "download", "--no-deps", "--only-binary", ":all:"];
  await run("python3", [...pip, "--dest", folder, `${name}==${version}`]);
  await unzip(folder, ".whl", run);
}

async function fromNpm({ name, version }, folder, run) {
  await run("npm", ["pack", "--pack-destination", folder, `${name}@${version}`]);
  const archive = await oneFile(folder, ".tgz");
  await run("tar", ["-xzf", archive, "-C", folder, "--strip-components", "1"]);
  await rm(archive);
}

/** Cargo fetches a crate as a dependency only, with its own dependencies. */
async function fromCrates({ name, version }, folder, run) {
  const user = path.join(folder, "user");
  await mkdir(path.join(user, "src"), { recursive: true });
  await writeFile(path.join(user, "src", "lib.rs"), "");
  const manifest = `[package]\nname = "user"\nedition = "2021"\n\n[workspace]\n\n[dependencies]\n${name} = "=${version}"\n`;
  await writeFile(path.join(user, "Cargo.toml"), manifest);
  await run("cargo", ["vendor", "--versioned-dirs", "all"], { cwd: user });
  await cp(path.join(user, "all", `${name}-${version}`), folder, { recursive: true });
  await rm(user, { recursive: true });
}

async function fromGo({ name, version }, folder, run) {
  const modules = path.join(folder, "modules");
  const env = { GOMODCACHE: modules, GOFLAGS: "-modcacherw" };
  const told = JSON.parse(await run("go", ["mod", "download", "-json", `${name}@${version}`], { env, cwd: folder }));
  await cp(told.Dir, folder, { recursive: true });
  await rm(modules, { recursive: true });
}

async function fromMaven({ name, version }, folder, run) {
  const artifact = `${name}:${version}:jar:sources`;
  await run("mvn", ["-q", "-B", "dependency:copy", `-Dartifact=${artifact}`, `-DoutputDirectory=${folder}`]);
  await unzip(folder, ".jar", run);
}

/** Wheels and jars are zip files. */
async function unzip(folder, ending, run) {
  const archive = await oneFile(folder, ending);
  await run("python3", ["-m", "zipfile", "-e", archive, folder]);
  await rm(archive);
}

async function oneFile(folder, ending) {
  const name = (await readdir(folder)).find((name) => name.endsWith(ending));
  if (!name) throw new Error(`no ${ending} was fetched into ${folder}`);
  return path.join(folder, name);
}
