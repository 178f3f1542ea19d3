/**
 * Counts what becomes of suggestions: hands the editor's events to the tracker, judges accepted text
 * after half a minute, tells the engine numbers without text, and keeps the counts of the day.
 */
import * as vscode from "vscode";
import type { Base } from "../ctx";
import { changesOf } from "../documents";
import type { EngineHandle } from "../engine";
import { counted, countOn, type Day, type Outcome, type OutcomeKind } from "./outcome";
import { type Offer, SuggestionTracker } from "./suggestion";
import { judge, Survival, type Taken } from "./survival";

export interface Outcomes {
  /** A count of today changed. */
  readonly onDidChange: vscode.Event<void>;
  today(kind: OutcomeKind): number;
  /** The editor was given a suggestion. */
  offered(offer: Offer): void;
  nothingOffered(uri: vscode.Uri): void;
  /** The editor says that the suggestion with this id was accepted as a whole. */
  accepted(id: number): void;
}

const TODAY = "today";
const JUDGED_AFTER_MS = 30_000;
/** Counts come with every suggestion; the editor's storage need not hear of each. */
const KEPT_EVERY_MS = 5_000;

export function createOutcomes({ extension, own }: Base, engine: EngineHandle): Outcomes {
  const { globalState } = extension;
  const changed = own(new vscode.EventEmitter<void>());
  const survival = new Survival();
  const timers = new Set<NodeJS.Timeout>();
  let day = globalState.get<Day>(TODAY);
  let keeping: NodeJS.Timeout | undefined;

  const later = (work: () => void, ms: number): NodeJS.Timeout => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      work();
    }, ms);
    timers.add(timer);
    return timer;
  };
  const keep = (): void => {
    keeping = undefined;
    void globalState.update(TODAY, day);
  };
  const tell = (outcome: Outcome): void => {
    engine.noteOutcome(outcome);
    day = counted(day, dateNow(), outcome.kind);
    keeping ??= later(keep, KEPT_EVERY_MS);
    changed.fire();
  };
  const judgeNow = (id: number, document: vscode.TextDocument | undefined): void => {
    const taken = survival.leave(id);
    if (taken && document) tell(judge(taken, document.getText(rangeOf(document, taken))));
  };
  const watch = (taken: Taken): void => {
    const id = survival.watch(taken);
    later(() => judgeNow(id, openDocument(taken.uri)), JUDGED_AFTER_MS);
  };
  const tracker = new SuggestionTracker(tell, watch);

  own(
    vscode.workspace.onDidChangeTextDocument((event) => {
      const uri = event.document.uri.toString();
      const changes = changesOf(event).map((one) => ({ start: one.startOffset, end: one.endOffset, text: one.text }));
      survival.edited(uri, changes);
      tracker.edited(uri, changes, event.reason !== undefined);
    }),
  );
  own(
    vscode.window.onDidChangeTextEditorSelection(({ textEditor, selections: [selection] }) => {
      if (!selection || textEditor !== vscode.window.activeTextEditor) return;
      const { document } = textEditor;
      tracker.moved(document.uri.toString(), document.offsetAt(selection.active));
    }),
  );
  own(vscode.window.onDidChangeActiveTextEditor(() => tracker.left()));
  own(
    vscode.workspace.onDidCloseTextDocument((document) => {
      for (const id of survival.within(document.uri.toString())) judgeNow(id, document);
    }),
  );
  own({
    dispose: () => {
      for (const timer of timers) clearTimeout(timer);
      if (keeping) keep();
    },
  });

  return {
    onDidChange: changed.event,
    today: (kind) => countOn(day, dateNow(), kind),
    offered: (offer) => tracker.offered(offer),
    nothingOffered: (uri) => tracker.nothingOffered(uri.toString()),
    accepted: (id) => tracker.accepted(id),
  };
}

function openDocument(uri: string): vscode.TextDocument | undefined {
  return vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri);
}

function rangeOf(document: vscode.TextDocument, { start, end }: Taken): vscode.Range {
  return new vscode.Range(document.positionAt(start), document.positionAt(end));
}

function dateNow(): string {
  return new Date().toDateString();
}
