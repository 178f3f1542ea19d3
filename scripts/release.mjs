// `npm run release`: what a release is made of, as far as it needs no account. docs/releasing.md tells how it is used.
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { readArguments, WrongArguments } from "./lib/arguments.mjs";
import { checkAdvisories } from "./lib/deny.mjs";
import { Expected } from "./lib/expected.mjs";
import { runScript } from "./lib/kit.mjs";
import { installNodeModules } from "./lib/node-modules.mjs";
import { root } from "./lib/places.mjs";
import { compiling } from "./lib/rust.mjs";
import { checkTools } from "./lib/tools.mjs";
import { changelogFaults, released, sections } from "./release/changelog.mjs";
import { out } from "./release/places.mjs";
import { statement } from "./release/provenance.mjs";
import { publishing } from "./release/publishing.mjs";
import { hostTarget } from "./release/targets.mjs";
import { versionFaults, versionFiles, versionForm, versionsIn, withVersion } from "./release/versions.mjs";

const usage = `npm run release -- --version 1.2.3          sets the version everywhere and dates the changelog
npm run release -- --dry-run [--no-build]   everything for this system that needs no account
npm run release -- --assemble [--tag v1.2.3] what every system built, put together (the workflow's part)`;

await runScript(async (kit) => {
  const { progress, say } = kit;
  const flags = readArguments(
    { version: newVersion(say), "dry-run": null, "no-build": null, assemble: null, tag: String, help: null },
    say,
  );
  if (flags.version) return setVersion(flags.version, kit);
  if (flags.help || !(flags["dry-run"] || flags.assemble)) {
    progress.line(usage);
    return flags.help ? 0 : 1;
  }
  const version = await checkVersions(flags.tag);
  if (flags["dry-run"]) await checkTools(kit);
  await installNodeModules(kit);
  const startedOn = new Date().toISOString();
  if (flags["dry-run"]) await buildHere(flags["no-build"], kit);
  else await bundle(kit);
  if (flags.tag) await progress.step(say("Look for known weaknesses"), () => checkAdvisories(kit));
  // They use installed packages.
  const { assemble, tellFiles } = await import("./release/assemble.mjs");
  // What lies there for other systems is of another day.
  const only = flags["dry-run"] ? hostTarget() : undefined;
  const files = await assemble({ version, complete: flags.tag !== undefined, only }, kit);
  if (flags["dry-run"]) await writeStatement({ version, startedOn }, kit);
  await tellFiles(files, kit);
  if (flags["dry-run"]) tellPublishing(files, kit);
  return 0;
});

async function setVersion(version, { progress }) {
  const changelog = path.join(root, "CHANGELOG.md");
  const text = await readFile(changelog, "utf8");
  const today = new Date().toISOString().slice(0, 10);
  await writeFile(changelog, released(text, version, today));
  for (const { file, kind } of versionFiles) {
    const before = await readFile(path.join(root, file), "utf8");
    await writeFile(path.join(root, file), withVersion(kind, before, version));
  }
  progress.line(
    `${versionFiles.length} files and CHANGELOG.md say ${version}: look at git diff, commit, tag v${version}`,
  );
  return 0;
}

/** The version that everything says; with a tag, that it is the tag's and that its changes are dated. */
async function checkVersions(tag) {
  const texts = {};
  for (const { file } of versionFiles) texts[file] = await readFile(path.join(root, file), "utf8");
  const changelog = await readFile(path.join(root, "CHANGELOG.md"), "utf8");
  const [version] = versionsIn(versionFiles[0].kind, texts[versionFiles[0].file]);
  const faults = [...versionFaults(texts), ...changelogFaults(changelog, version)];
  if (tag !== undefined && tag !== `v${version}`) faults.push(`The tag is ${tag}, and the files say ${version}`);
  if (tag !== undefined && !sections(changelog)[0]?.date)
    faults.push(`CHANGELOG.md does not say when ${version} was released`);
  if (faults.length > 0) throw new Expected(faults.join("\n"));
  return version;
}

function buildHere(asItStands, { processes, progress, say }) {
  const flags = asItStands ? ["--no-build"] : [];
  return progress.step(say("Build {0}", hostTarget()), (detail) =>
    processes.run("release-build", "node", ["scripts/release/build.mjs", ...flags], { onLine: compiling(detail) }),
  );
}

/** Bundled only to learn which packages are in the bundles; what ships was bundled where it was built. */
function bundle({ processes, progress, say }) {
  const args = ["run", "build", "-w", "extension", "--", "--production", "--without-addon"];
  return progress.step(say("Build and pack the extension"), () => processes.run("release-bundle", "npm", args));
}

async function writeStatement({ version, startedOn }, { processes, progress, say }) {
  if (await processes.run("git", "git", ["status", "--porcelain", "--untracked-files=no"])) {
    progress.line(`  ${say("There are changes without a commit, so no statement says what this was made from.")}`);
    return;
  }
  const commit = await processes.run("git", "git", ["rev-parse", "HEAD"]);
  const sums = await readFile(path.join(out, "SHA256SUMS"), "utf8");
  const text = JSON.stringify(statement(sums, { commit, version, startedOn }), undefined, 1);
  await writeFile(path.join(out, "provenance.intoto.json"), `${text}\n`);
}

function tellPublishing(files, { progress, say }) {
  const packed = files
    .filter((name) => name.endsWith(".vsix"))
    .map((name) => path.relative(root, path.join(out, name)));
  progress.line(`\n${say("Nothing was published. What a release would run, each with its token in the environment:")}`);
  for (const { command, token } of publishing) progress.line(`  ${token}=… ${command} ${packed.join(" ")}`);
}

function newVersion(say) {
  return (text) => {
    if (!versionForm.test(text))
      throw new WrongArguments(say("--{0} {1}: use a version such as 1.2.3", "version", text));
    return text;
  };
}
