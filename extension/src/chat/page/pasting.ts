/** Files and code that are pasted or dropped, as the editor around the page writes them. */

import { composerLimits } from "../composerMessages";
import type { Actions } from "./actions";

/** Shorter than this and on one line, it is a word and not a piece of code. */
const CODE_CHARACTERS_MIN = 40;

/** Tells the extension of what is pasted into the input; text stands there at once either way. */
export function onPaste(event: ClipboardEvent, actions: Pick<Actions, "pasted" | "dropped">): void {
  const { clipboardData } = event;
  if (clipboardData) take(clipboardData, event, actions);
}

/** Lets files be dropped anywhere on the page. */
export function onDragOver(event: DragEvent): void {
  const types = event.dataTransfer?.types ?? [];
  if (!types.some((type) => URI_TYPES.includes(type))) return;
  event.preventDefault();
  if (event.dataTransfer) event.dataTransfer.dropEffect = "copy";
}

export function onDrop(event: DragEvent, actions: Pick<Actions, "pasted" | "dropped">): void {
  if (event.dataTransfer) take(event.dataTransfer, event, actions);
}

/** The editor's own list comes first: it names files that are not on this machine's disk as well. */
const URI_TYPES = ["application/vnd.code.uri-list", "resourceurls", "text/uri-list"];

function take(data: DataTransfer, event: Event, actions: Pick<Actions, "pasted" | "dropped">): void {
  const uris = urisIn(data);
  if (uris.length > 0) {
    event.preventDefault();
    actions.dropped(uris);
    return;
  }
  const text = data.getData("text/plain");
  const isCode = text.trim().includes("\n") || text.length >= CODE_CHARACTERS_MIN;
  if (isCode && text.length <= composerLimits.pastedCharactersMax) actions.pasted(text);
}

function urisIn(data: DataTransfer): string[] {
  for (const type of URI_TYPES) {
    const uris = read(type, data.getData(type)).filter((uri) => /^[a-z][\w+.-]*:\//i.test(uri) && !isWeb(uri));
    if (uris.length > 0) return uris.slice(0, composerLimits.urisMax);
  }
  return [];
}

function read(type: string, value: string): string[] {
  if (type !== "resourceurls") return value.split(/\r?\n/).filter((line) => line !== "" && !line.startsWith("#"));
  try {
    const list: unknown = JSON.parse(value);
    return Array.isArray(list) ? list.filter((one) => typeof one === "string") : [];
  } catch {
    return [];
  }
}

/** A link dragged from a page is text. */
function isWeb(uri: string): boolean {
  return /^https?:/i.test(uri);
}
