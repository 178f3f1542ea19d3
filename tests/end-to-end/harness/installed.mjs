// The packed extension as the editor installs it. It is installed once for all files of tests; each profile gets a copy.
import { constants } from "node:fs";
import { cp, mkdtemp, readdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { installExtension } from "../../../scripts/lib/editor.mjs";
import * as places from "../../../scripts/lib/places.mjs";

const prefix = "installed-";

/** Puts it into a profile that the editor has not been started on; what is put beside it may be there already. */
export async function putExtension({ processes, entry, profile }) {
  const installed = await installedOnce(processes, entry);
  await cp(installed, path.join(profile, "extensions"), {
    recursive: true,
    mode: constants.COPYFILE_FICLONE,
    // The editor lists at its first start what it finds in the folder.
    filter: (source) => path.basename(source) !== "extensions.json",
  });
}

/** The folder of extensions after the installation. */
async function installedOnce(processes, entry) {
  const vsix = await packedExtension();
  const { mtimeMs, size } = await stat(vsix);
  const home = path.join(places.run, `${prefix}${Math.round(mtimeMs)}-${size}`);
  const extensions = path.join(home, "extensions");
  if (await exists(extensions)) return extensions;

  await removeOlder(path.basename(home));
  const building = await mkdtemp(path.join(places.run, "installing-"));
  await installExtension({ processes, entry, profile: building, vsix });
  try {
    await rename(building, home);
  } catch (error) {
    // Another file of tests was quicker.
    await rm(building, { recursive: true, force: true });
    if (!(await exists(extensions))) throw error;
  }
  return extensions;
}

/** Of packages that are no longer there. */
async function removeOlder(newest) {
  const older = (await readdir(places.run)).filter((name) => name.startsWith(prefix) && name !== newest);
  for (const name of older) await rm(path.join(places.run, name), { recursive: true, force: true });
}

async function packedExtension() {
  const folder = path.join(places.root, "extension");
  const name = (await readdir(folder)).find((entry) => entry.endsWith(".vsix"));
  if (!name) throw new Error("there is no packed extension: run `npm test -- --only vsix` first");
  return path.join(folder, name);
}

async function exists(folder) {
  return stat(folder).then(
    () => true,
    () => false,
  );
}
