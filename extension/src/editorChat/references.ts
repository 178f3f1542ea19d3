/** What is referred to in the editor's own chat, as something that goes along with a question. */

import * as vscode from "vscode";
import { addressed } from "../chat/context/addresses";
import type { Found } from "../chat/context/files";
import type { Ctx } from "../ctx";
import type { ChatContext } from "../engine";

const REFERENCES_MAX = 20;
const TEXT_CHARACTERS_MAX = 24_000;

/** What can go along, and a sentence for each that cannot. */
export interface Referenced {
  contexts: ChatContext[];
  refused: string[];
}

export async function referenced(ctx: Ctx, references: readonly vscode.ChatPromptReference[]): Promise<Referenced> {
  const contexts: ChatContext[] = [];
  const refused: string[] = [];
  for (const reference of references.slice(0, REFERENCES_MAX)) {
    const found = await find(ctx, reference);
    if (found?.kind === "attachment") contexts.push(...found.attachment.contexts);
    else if (found) refused.push(found.sentence);
    else if (typeof reference.value === "string") contexts.push(words(reference.id, reference.value));
  }
  return { contexts, refused };
}

async function find(ctx: Ctx, { value }: vscode.ChatPromptReference): Promise<Found | undefined> {
  if (value instanceof vscode.Uri) return addressed(ctx, value);
  if (value instanceof vscode.Location) return addressed(ctx, value.uri, value.range);
  return undefined;
}

function words(id: string, text: string): ChatContext {
  return { path: id, language: "text", text: text.slice(0, TEXT_CHARACTERS_MAX) };
}
