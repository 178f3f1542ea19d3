/**
 * *Explain Here*: the model's words beside the code, as a comment in the editor. The document is not
 * touched, and the words move with the code until they are closed.
 */
import * as vscode from "vscode";
import type { Ctx } from "../ctx";
import type { Reply } from "../engine";
import { showFailure } from "../errors";
import { pullText } from "../textReply";
import { type Place, type Target, targetAt, tellNoTarget } from "./target";

export interface Explanations {
  explain(place?: Place): Promise<void>;
  /** That one, or else the newest in the editor in front. */
  close(thread?: vscode.CommentThread): void;
}

/** The oldest gives way. */
const OPEN_MAX = 8;
/** Words that grow are drawn at most this often. */
const DRAW_EVERY_MS = 150;

export function registerExplanations(ctx: Ctx): Explanations {
  const controller = ctx.own(vscode.comments.createCommentController("codesaga", "CodeSaga"));
  /** What is shown, the oldest first, with the answer it comes from. */
  const shown = new Map<vscode.CommentThread, Reply>();

  const tellShown = (): void => {
    void vscode.commands.executeCommand("setContext", "codesaga.explained", shown.size > 0);
  };

  const close = (thread: vscode.CommentThread): void => {
    shown.get(thread)?.cancel();
    shown.delete(thread);
    thread.dispose();
    tellShown();
  };

  const closeNewest = (): void => {
    const here = vscode.window.activeTextEditor?.document.uri.toString();
    const newest = [...shown.keys()].findLast((thread) => thread.uri.toString() === here);
    if (newest) close(newest);
  };

  const open = ({ document, range, name }: Target): vscode.CommentThread => {
    const last = document.lineAt(range.end.line).range.end;
    const thread = controller.createCommentThread(document.uri, new vscode.Range(range.start, last), []);
    thread.canReply = false;
    thread.label = vscode.l10n.t("{0} is being explained…", name);
    thread.collapsibleState = vscode.CommentThreadCollapsibleState.Expanded;
    return thread;
  };

  const explain = async (place?: Place): Promise<void> => {
    const target = await targetAt(place);
    if (!target) {
      tellNoTarget(vscode.l10n.t("Select the code to explain."));
      return;
    }
    const { document, span } = target;
    const reply = ctx.engine.edit(document, { task: "explain", startOffset: span.start, endOffset: span.end });
    const thread = open(target);
    shown.set(thread, reply);
    tellShown();
    for (const oldest of [...shown.keys()].slice(0, -OPEN_MAX)) close(oldest);
    const work = ctx.status.work();
    const writing = new Writing(thread, vscode.l10n.t("{0} explained", target.name));
    try {
      const outcome = await pullText(reply, work, (text) => writing.show(text, Date.now()));
      writing.end();
      if (outcome.kind !== "failed") return;
      if (!writing.begun) close(thread);
      await showFailure(ctx, outcome.failure, () => explain(place));
    } finally {
      work.dispose();
    }
  };

  ctx.own(
    vscode.workspace.onDidCloseTextDocument((document) => {
      const gone = [...shown.keys()].filter((thread) => thread.uri.toString() === document.uri.toString());
      for (const thread of gone) close(thread);
    }),
  );
  ctx.own({ dispose: () => [...shown.values()].forEach((reply) => void reply.cancel()) });
  return { explain, close: (thread) => (thread ? close(thread) : closeNewest()) };
}

/** Words that grow in a thread. */
class Writing {
  private text = "";
  private drawnAt = 0;

  constructor(
    private readonly thread: vscode.CommentThread,
    private readonly label: string,
  ) {}

  get begun(): boolean {
    return this.text !== "";
  }

  show(text: string, now: number): void {
    this.text = text;
    if (now - this.drawnAt < DRAW_EVERY_MS) return;
    this.drawnAt = now;
    this.draw();
  }

  end(): void {
    if (this.begun) this.draw();
  }

  private draw(): void {
    this.thread.label = this.label;
    this.thread.comments = [commentOf(this.text)];
  }
}

/** Words of a model are never trusted with commands. */
function commentOf(markdown: string): vscode.Comment {
  return {
    body: new vscode.MarkdownString(markdown),
    mode: vscode.CommentMode.Preview,
    author: { name: "CodeSaga" },
  };
}
