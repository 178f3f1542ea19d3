/** Files, folders and definitions of the workspace as something that goes along with a question. */

import { l10n } from "vscode";
import type { Ctx } from "../../ctx";
import { contextLabel, fileName } from "../labels";
import { cutToLines } from "../text";
import type { Attachment } from "./attachment";
import { originOf, withinLimit } from "./automatic";
import { type Place, read, secretsLine } from "./reader";

/** What was found to go along, or why it cannot. */
export type Found = { kind: "attachment"; attachment: Attachment } | { kind: "refused"; sentence: string };

/** A file, or some lines of it. */
export async function fileAt(ctx: Ctx, place: Place): Promise<Found> {
  const found = await read(ctx, place);
  if (found.kind === "refused") return found;
  const { secrets, context: whole } = found.text;
  const context = withinLimit(whole);
  const hidden = secretsLine(secrets);
  const attachment: Attachment = {
    kind: "file",
    label: contextLabel(context),
    origin: originOf(context),
    contexts: [context],
    ...(hidden !== undefined && { leftOut: hidden }),
  };
  return { kind: "attachment", attachment };
}

/** The lines of a definition, under its name. */
export async function symbolAt(ctx: Ctx, name: string, place: Place): Promise<Found> {
  const found = await fileAt(ctx, place);
  if (found.kind === "refused") return found;
  return { kind: "attachment", attachment: { ...found.attachment, kind: "symbol", label: name } };
}

/** Of a folder go along the names of its files, and as many of these as there is room for. */
const FOLDER_CHARACTERS_MAX = 24_000;
const FOLDER_NAMES_MAX = 200;
const FOLDER_FILES_MAX = 20;

/** A folder of the workspace's folder `root`; `path` goes from there, without a slash at the end. */
export async function folderAt(ctx: Ctx, root: string, path: string): Promise<Found> {
  const files = await filesIn(ctx, root, path);
  if (files.length === 0) return { kind: "refused", sentence: l10n.t("No file that may be read is in {0}.", path) };
  const names = files.join("\n");
  const contexts = [{ path: `${path}/`, language: "text", text: cutToLines(names, FOLDER_CHARACTERS_MAX / 4) }];
  let room = FOLDER_CHARACTERS_MAX - names.length;
  let secrets = 0;
  for (const file of files.slice(0, FOLDER_FILES_MAX)) {
    const found = await read(ctx, { path: file, folder: root });
    if (found.kind === "refused" || found.text.context.text.length > room) continue;
    room -= found.text.context.text.length;
    secrets += found.text.secrets;
    contexts.push(found.text.context);
  }
  const whole = l10n.t("{0} files by name, {1} of them with their text.", files.length, contexts.length - 1);
  const leftOut = [whole, secretsLine(secrets)].filter((line) => line !== undefined).join("\n");
  const attachment: Attachment = { kind: "folder", label: `${fileName(path)}/`, origin: `${path}/`, contexts, leftOut };
  return { kind: "attachment", attachment };
}

async function filesIn(ctx: Ctx, root: string, path: string): Promise<string[]> {
  const found = await ctx.engine.findFiles(`${path}/`, FOLDER_NAMES_MAX);
  const inside = found.filter((file) => file.folder === root && file.path.startsWith(`${path}/`));
  return inside.map((file) => file.path).sort((a, b) => depthOf(a) - depthOf(b) || a.localeCompare(b));
}

/** Files nearer to the folder say more about it. */
function depthOf(path: string): number {
  return path.split("/").length;
}
