/** What became of a proposed edit, told to the engine in numbers. */
import type { Ctx } from "../ctx";
import type { Change, Proposal } from "../proposal";

export function noteShown(ctx: Ctx, { request, answers }: Proposal): void {
  if (!answers.shown) return;
  const { languageId: language } = request.document;
  ctx.engine.noteOutcome({ of: "edit", kind: "shown", language, characters: answers.shown.code.length });
}

/** `change` is what was written of it, if anything was. */
export function noteEnd(ctx: Ctx, { request, answers }: Proposal, change: Change | undefined): void {
  if (!answers.shown) return;
  const kind = !change ? "dismissed" : answers.shown.hunks.length === 0 ? "accepted" : "partially_accepted";
  const { languageId: language } = request.document;
  const characters = (change?.replacements ?? []).reduce((sum, { text }) => sum + text.length, 0);
  ctx.engine.noteOutcome({ of: "edit", kind, language, characters });
}
