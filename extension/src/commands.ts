/**
 * Every command, as one table; the manifest lists the same names. A name that begins with `_` is
 * called by the extension itself and never shown.
 */
import * as vscode from "vscode";
import type { AcrossFiles } from "./acrossFiles/acrossFiles";
import type { Node } from "./acrossFiles/tree";
import type { ChatPanel } from "./chat/view";
import { commitMessage } from "./commitMessage/commitMessage";
import { choosePause } from "./completion/choosePause";
import type { GhostText } from "./completion/ghostText";
import { toggleLanguage } from "./completion/toggleLanguage";
import type { Ctx } from "./ctx";
import { diagnose } from "./diagnose/diagnose";
import { type FixTarget, fix, fixHere } from "./fix/fix";
import { fixTerminal } from "./fix/terminal";
import { type FailedTest, fixTestFailure } from "./fix/testFailure";
import type { Hints } from "./hints/hints";
import { showMenu } from "./menu";
import type { Pages } from "./pages";
import type { Edits } from "./preview";
import { chooseModel } from "./server/chooseModel";
import { importContinue } from "./server/importContinue";
import { showStatusPage } from "./statusPage";
import { explain } from "./tasks/explain";
import type { Explanations } from "./tasks/explanations";
import { refactor, type Wish } from "./tasks/refactor";
import type { Place } from "./tasks/target";
import { documentCode, generateHere, translateComments } from "./tasks/tasks";
import { writeTests } from "./tasks/writeTests";
import { askForToken } from "./token";

/** What commands work on. */
export interface App {
  readonly ctx: Ctx;
  readonly pages: Pages;
  readonly edits: Edits;
  readonly chat: ChatPanel;
  readonly ghostText: GhostText;
  readonly explanations: Explanations;
  readonly acrossFiles: AcrossFiles;
  readonly hints: Hints;
}

// biome-ignore lint/suspicious/noExplicitAny: the editor passes what a command's caller gave.
type Handler = (app: App) => (...args: any[]) => unknown;

export const HANDLERS: Readonly<Record<string, Handler>> = {
  "codesaga.refactor": (app) => (wish?: Wish) => refactor(app, wish),
  "codesaga.explain": (app) => () => explain(app),
  "codesaga.explainHere": (app) => () => app.explanations.explain(),
  "codesaga.closeExplanation": (app) => (thread) => app.explanations.close(thread),
  "codesaga.document": (app) => (wish?: Wish) => documentCode(app, wish?.place, wish?.instruction),
  "codesaga.writeTests": (app) => (wish?: Wish) => writeTests(app, wish?.instruction),
  "codesaga.generate": (app) => () => generateHere(app),
  "codesaga.translateComments": (app) => () => translateComments(app),
  "codesaga.refactorAcrossFiles": (app) => () => app.acrossFiles.start(),
  "codesaga.applyAcrossFiles": (app) => () => app.acrossFiles.apply(),
  "codesaga.discardAcrossFiles": (app) => () => app.acrossFiles.discard(),
  "codesaga.commitMessage": (app) => (source, wish?: Wish) => commitMessage(app, source, wish?.instruction),
  "codesaga.fix": (app) => () => fixHere(app),
  "codesaga.fixTerminal": (app) => () => fixTerminal(app),
  "codesaga.fixTestFailure": (app) => (failed?: FailedTest) => fixTestFailure(app, failed),
  "codesaga.openChat": (app) => () => app.chat.open(),
  "codesaga.ask": (app) => (_uri?: vscode.Uri, uris?: unknown) => app.chat.attach(addresses(uris)),
  "codesaga.askTerminal": (app) => () => app.chat.attachTerminalSelection(),
  "codesaga.newConversation": (app) => () => app.chat.newConversation(),
  "codesaga.chatHistory": (app) => () => app.chat.history(),
  "codesaga.renameConversation": (app) => () => app.chat.rename(),
  "codesaga.exportConversation": (app) => () => app.chat.exportMarkdown(),
  "codesaga.pauseCompletion": (app) => () => choosePause(app.ctx),
  "codesaga.resumeCompletion": (app) => () => app.ctx.pauses.resume(),
  "codesaga.toggleLanguage": (app) => () => toggleLanguage(app.ctx),
  "codesaga.setToken": (app) => () => askForToken(app.ctx.extension.secrets, app.ctx.config.serverUrl),
  "codesaga.showStatus": (app) => () => showStatusPage(app),
  "codesaga.diagnose": (app) => () => diagnose(app),
  "codesaga.chooseModel": (app) => () => chooseModel(app.ctx),
  "codesaga.importContinue": (app) => () => importContinue(app.ctx),
  "codesaga.menu": (app) => () => showMenu(app.ctx),
  "codesaga.restart": (app) => () => app.ctx.engine.restart(),
  "codesaga.acceptEdit": (app) => () => app.edits.accept(),
  "codesaga.discardEdit": (app) => () => app.edits.discard(),
  "codesaga.retryEdit": (app) => () => app.edits.retry(),
  "codesaga.retryEditWith": (app) => () => app.edits.retryWith(),
  "codesaga.acceptHunk": (app) => (id?: unknown) => app.edits.acceptHunk(hunkId(id)),
  "codesaga.rejectHunk": (app) => (id?: unknown) => app.edits.rejectHunk(hunkId(id)),
  "codesaga.nextHunk": (app) => () => app.edits.goToHunk(1),
  "codesaga.previousHunk": (app) => () => app.edits.goToHunk(-1),
  "codesaga.nextAnswer": (app) => () => app.edits.stepAnswer(1),
  "codesaga.previousAnswer": (app) => () => app.edits.stepAnswer(-1),
  "codesaga.compareAnswers": (app) => () => app.edits.compareAnswers(),
  "_codesaga.explain": (app) => (place: Place) => app.explanations.explain(place),
  "_codesaga.document": (app) => (place: Place) => documentCode(app, place),
  "_codesaga.showHunk": (app) => (node: Node) => app.acrossFiles.show(node),
  "_codesaga.fix": (app) => (target: FixTarget) => fix(app, target),
  "_codesaga.accepted": (app) => (id: number) => app.ctx.outcomes.accepted(id),
  "_codesaga.hideHint": (app) => (key: string) => app.hints.hide(key),
  "_codesaga.turnOffHint": (app) => (rule: string) => app.hints.turnOff(rule),
  "_codesaga.letGo": (app) => () => app.ghostText.letGo(),
};

/** A lens gives the hunk's; a key and a menu give none, or something else. */
function hunkId(given: unknown): number | undefined {
  return typeof given === "number" ? given : undefined;
}

/** The explorer hands over what is selected in it; an editor's menu hands over something else. */
function addresses(given: unknown): vscode.Uri[] | undefined {
  return Array.isArray(given) ? given.filter((one) => one instanceof vscode.Uri) : undefined;
}

export function registerCommands(app: App): void {
  for (const [name, handler] of Object.entries(HANDLERS)) {
    app.ctx.own(vscode.commands.registerCommand(name, handler(app)));
  }
}
