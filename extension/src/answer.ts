/**
 * Pulls the answer to a proposal to its end, behind a progress notification whose Cancel lets it go.
 * What becomes of the outcome is preview.ts.
 */
import * as vscode from "vscode";
import type { Ctx } from "./ctx";
import type { Failure } from "./failures";
import type { Proposal } from "./proposal";
import type { Work } from "./status";

export type Outcome =
  | { readonly kind: "ready" }
  | { readonly kind: "unchanged" }
  | { readonly kind: "cancelled" }
  /** `prose` is what the model said instead of code. */
  | { readonly kind: "failed"; readonly failure: Failure; readonly prose: string };

export async function answer(ctx: Ctx, proposal: Proposal, opened: () => void): Promise<Outcome> {
  const work = ctx.status.work();
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: `CodeSaga: ${proposal.request.title}`,
    cancellable: true,
  };
  try {
    return await vscode.window.withProgress(options, async (progress, token) => {
      token.onCancellationRequested(() => proposal.cancel());
      const tally = new Tally(progress);
      try {
        return await pull(proposal, work, tally, opened);
      } finally {
        tally.dispose();
      }
    });
  } finally {
    work.dispose();
  }
}

async function pull(proposal: Proposal, work: Work, tally: Tally, opened: () => void): Promise<Outcome> {
  let prose = "";
  for (;;) {
    const event = await proposal.next();
    if (event === null) return { kind: "cancelled" };
    work.queued(event.kind === "queued" ? event.place : undefined);
    switch (event.kind) {
      case "edit": {
        const replacements = event.edits.map((edit) => ({
          start: edit.startOffset,
          end: edit.endOffset,
          text: edit.text,
        }));
        tally.characters(replacements.reduce((sum, one) => sum + one.text.length, 0));
        void proposal.show(replacements, Date.now())?.then(opened);
        break;
      }
      case "text":
        prose += event.text;
        tally.characters(prose.length);
        break;
      case "failed":
        return { kind: "failed", failure: event, prose: event.code === "no_code" ? prose : "" };
      case "done":
        return (await proposal.finish()) ? { kind: "ready" } : { kind: "unchanged" };
      case "warning":
        proposal.warn(event);
        break;
      case "queued":
      case "completion":
        break;
    }
  }
}

/** A token of code is about this long. */
const CHARACTERS_PER_TOKEN = 3.5;

/** Tells seconds and tokens every second; tokens by their usual length, since only the end tells their number. */
class Tally implements vscode.Disposable {
  private seconds = 0;
  private length = 0;
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly progress: vscode.Progress<{ message?: string }>) {
    this.timer = setInterval(() => {
      this.seconds += 1;
      this.tell();
    }, 1000);
  }

  characters(length: number): void {
    this.length = length;
  }

  dispose(): void {
    clearInterval(this.timer);
  }

  private tell(): void {
    const tokens = Math.ceil(this.length / CHARACTERS_PER_TOKEN);
    const message =
      tokens === 0
        ? vscode.l10n.t("{0}\u00a0s", this.seconds)
        : vscode.l10n.t("{0} s, about {1} tokens", this.seconds, tokens);
    this.progress.report({ message });
  }
}
