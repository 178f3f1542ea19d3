/**
 * Asks the model about one piece of code after the other: the definition first, then what uses it,
 * each with what was decided before.
 */
import * as vscode from "vscode";
import { withinLimit } from "../chat/context/automatic";
import type { Ctx } from "../ctx";
import type { ChatContext } from "../engine";
import type { Failure } from "../failures";
import type { Work } from "../status";
import { spanOf } from "../tasks/target";
import type { Replacement } from "../textEdits";
import type { Found, Site } from "./sites";

/** Of what was decided about uses, the last ones go along with a later question. */
const USES_MAX = 2;

export interface Question {
  readonly found: Found;
  readonly instruction: string;
}

export interface Listener {
  readonly token: vscode.CancellationToken;
  asking(document: vscode.TextDocument, done: number, all: number): void;
  /** `edits` are empty when the code may stay as it is. */
  answered(document: vscode.TextDocument, edits: readonly Replacement[]): void;
  failed(document: vscode.TextDocument, failure: Failure): void;
}

/** Ends early when cancelled, and after a failure that the next question would meet as well. */
export async function askAll(ctx: Ctx, { found, instruction }: Question, listener: Listener): Promise<void> {
  const sites = found.files.flatMap(({ document, sites }) => sites.map((site) => ({ document, site })));
  // A definition is decided before what uses it, in whichever file that is.
  sites.sort((a, b) => Number(b.site.isDefinition) - Number(a.site.isDefinition));
  const definition: ChatContext[] = [];
  const uses: ChatContext[] = [];
  const work = ctx.status.work();
  try {
    for (const [index, { document, site }] of sites.entries()) {
      if (listener.token.isCancellationRequested) return;
      listener.asking(document, index, sites.length);
      const context = [...definition, ...uses.slice(-USES_MAX)];
      const said = await ask(ctx, { document, site, context, instruction, name: found.name }, work, listener.token);
      if ("code" in said) {
        listener.failed(document, said);
        if (!ONLY_HERE.has(said.code)) return;
        continue;
      }
      listener.answered(document, said.edits);
      (site.isDefinition ? definition : uses).push(...decided(document, site, said.edits));
    }
  } finally {
    work.dispose();
  }
}

/** What is wrong with one piece of code says nothing of the others. */
const ONLY_HERE: ReadonlySet<string> = new Set([
  "no_code",
  "too_large",
  "context_overflow",
  "private_file",
  "stale_document",
  "unknown_document",
]);

interface One {
  readonly document: vscode.TextDocument;
  readonly site: Site;
  readonly context: readonly ChatContext[];
  readonly instruction: string;
  readonly name: string;
}

async function ask(
  ctx: Ctx,
  { document, site, context, instruction, name }: One,
  work: Work,
  token: vscode.CancellationToken,
): Promise<{ edits: readonly Replacement[] } | Failure> {
  const { start, end } = spanOf(document, site.range);
  const reply = ctx.engine.edit(document, {
    task: "refactor",
    startOffset: start,
    endOffset: end,
    instruction: site.isDefinition ? instruction : followUp(name, instruction),
    context: [...context],
  });
  const letGo = token.onCancellationRequested(() => reply.cancel());
  let edits: readonly Replacement[] = [];
  try {
    for (;;) {
      const event = await reply.next();
      if (event === null) return { edits: [] };
      work.queued(event.kind === "queued" ? event.place : undefined);
      if (event.kind === "edit") {
        edits = event.edits.map(({ startOffset, endOffset, text }) => ({ start: startOffset, end: endOffset, text }));
      }
      if (event.kind === "failed") return event;
      if (event.kind === "done") return { edits };
    }
  } finally {
    letGo.dispose();
  }
}

/** What a use is told; the definition as it was and as it is going to be stands beside it. */
function followUp(name: string, instruction: string): string {
  return [
    `\`${name}\` is being changed: ${instruction}`,
    "The context shows its code before and after.",
    "Change the code below only as far as it must follow that change; if it need not, repeat it as it is.",
  ].join("\n");
}

function decided(document: vscode.TextDocument, site: Site, edits: readonly Replacement[]): ChatContext[] {
  if (edits.length === 0) return [];
  const path = vscode.workspace.asRelativePath(document.uri);
  const language = document.languageId;
  const after = withinLimit({ path: `${path} (after)`, language, text: edits.map(({ text }) => text).join("\n") });
  if (!site.isDefinition) return [after];
  return [withinLimit({ path: `${path} (before)`, language, text: document.getText(site.range) }), after];
}
