/**
 * Hints nobody asked for, so they are quiet: read when somebody stops typing, shown as the editor's
 * weakest kind of diagnostic (three dots, a light bulb, nothing in the list of problems), at most three
 * on the screen. Nothing is sent anywhere.
 */
import * as vscode from "vscode";
import { changesHints } from "../config";
import type { Ctx } from "../ctx";
import { isFollowed } from "../documents";
import type { Hint } from "../engine";
import { type Candidate, choose, SHOWN_MAX } from "./choice";
import { type Hidden, hiddenHints } from "./hidden";
import { isRule, messageOf, SOURCE } from "./words";

/** How long nobody must have typed. */
const IDLE_MS = 800;
/** How long nobody must have scrolled. */
const SCROLLED_MS = 250;

/** A hint at its place in a document. */
export interface Placed extends Candidate {
  readonly hint: Hint;
  /** Where it is shown. */
  readonly range: vscode.Range;
  /** What would be changed. */
  readonly code: vscode.Range;
}

export interface Hints {
  /** The hints that are shown there. */
  at(document: vscode.TextDocument, range: vscode.Range): Placed[];
  /** Shows this one no more in this workspace. */
  hide(key: string): Promise<void>;
  /** Turns a rule off. */
  turnOff(rule: string): Promise<void>;
}

/** What was found in a version of a document, and what of it is shown. */
interface Seen {
  readonly version: number;
  readonly found: Placed[];
  shown: Placed[];
}

export function registerHints(ctx: Ctx): Hints {
  const { own, config, engine } = ctx;
  const collection = own(vscode.languages.createDiagnosticCollection(SOURCE));
  const hidden = hiddenHints(ctx.extension.workspaceState);
  const seen = new Map<string, Seen>();
  const waiting = new Map<string, NodeJS.Timeout>();

  /** Acts once nothing has come under that name for a while. */
  const later = (name: string, ms: number, act: () => void): void => {
    clearTimeout(waiting.get(name));
    const run = (): void => {
      waiting.delete(name);
      act();
    };
    waiting.set(name, setTimeout(run, ms));
  };

  const read = async (document: vscode.TextDocument): Promise<void> => {
    const uri = document.uri.toString();
    const { enabled, rules, limits } = config.hintsFor(document);
    if (!enabled || !isFollowed(document) || !isVisible(document)) return forget(uri);
    const { version } = document;
    const answer = await engine.hints(document, { rules, limits });
    // Somebody went on typing: another reading is on its way.
    if (!answer || answer.version !== version || document.version !== version) return;
    const found = placed(document, answer.hints, hidden);
    seen.set(uri, { version, found, shown: seen.get(uri)?.shown ?? [] });
    show();
  };

  const readSoon = (document: vscode.TextDocument, ms = IDLE_MS): void =>
    later(document.uri.toString(), ms, () => void read(document));

  const forget = (uri: string): void => {
    seen.delete(uri);
    collection.delete(vscode.Uri.parse(uri));
  };

  /** Chooses again what is shown, over all editors in view. */
  const show = (): void => {
    const inView = vscode.window.visibleTextEditors.flatMap((editor) => candidates(editor));
    const unique = [...new Map(inView.map((one) => [one.key, one])).values()];
    const shown = new Set([...seen.values()].flatMap((one) => one.shown.map(({ key }) => key)));
    const chosen = new Set(choose(unique, shown, SHOWN_MAX));
    for (const [uri, one] of seen) {
      const now = one.found.filter((placed) => chosen.has(placed));
      if (!sameKeys(now, one.shown) || !collection.has(vscode.Uri.parse(uri))) {
        collection.set(vscode.Uri.parse(uri), now.map(diagnosticOf));
      }
      one.shown = now;
    }
  };

  const candidates = (editor: vscode.TextEditor): Placed[] => {
    const one = seen.get(editor.document.uri.toString());
    const isInView = ({ range }: Placed) => editor.visibleRanges.some((view) => view.contains(range.start));
    return one?.found.filter(isInView) ?? [];
  };

  const readAll = (ms?: number): void => {
    const visible = new Set(vscode.window.visibleTextEditors.map(({ document }) => document.uri.toString()));
    for (const uri of [...seen.keys()].filter((one) => !visible.has(one))) forget(uri);
    for (const { document } of vscode.window.visibleTextEditors) {
      if (seen.get(document.uri.toString())?.version !== document.version) readSoon(document, ms);
    }
  };

  const readAnew = (): void => {
    for (const uri of [...seen.keys()]) forget(uri);
    readAll(0);
  };

  own(vscode.workspace.onDidChangeTextDocument(({ document }) => isVisible(document) && readSoon(document)));
  own(vscode.window.onDidChangeVisibleTextEditors(() => readAll()));
  own(vscode.window.onDidChangeTextEditorVisibleRanges(() => later("scrolled", SCROLLED_MS, show)));
  own(vscode.workspace.onDidChangeConfiguration((event) => changesHints(event) && readAnew()));
  own(engine.onDidStart(() => readAnew()));
  own({ dispose: () => waiting.forEach(clearTimeout) });

  return {
    at: (document, range) => {
      const one = seen.get(document.uri.toString());
      if (one?.version !== document.version) return [];
      return one.shown.filter((placed) => placed.range.intersection(range) !== undefined);
    },
    hide: async (key) => {
      await hidden.add(key);
      readAnew();
    },
    turnOff: async (rule) => {
      if (isRule(rule)) await config.turnOffHint(rule);
    },
  };
}

function isVisible(document: vscode.TextDocument): boolean {
  return vscode.window.visibleTextEditors.some((editor) => editor.document === document);
}

function placed(document: vscode.TextDocument, hints: readonly Hint[], hidden: Hidden): Placed[] {
  const range = (start: number, end: number) => new vscode.Range(document.positionAt(start), document.positionAt(end));
  const times = new Map<string, number>();
  const all = hints.map((hint): Placed => {
    const shown = range(hint.startOffset, hint.endOffset);
    const about = hint.name ?? document.lineAt(shown.start).text.trim().slice(0, 80);
    const name = [document.uri.toString(), hint.rule, about].join("\n");
    const nth = times.get(name) ?? 0;
    times.set(name, nth + 1);
    const code = range(hint.codeStartOffset, hint.codeEndOffset);
    return { key: `${name}\n${nth}`, rank: hint.rank, hint, range: shown, code };
  });
  return all.filter(({ key, hint }) => isRule(hint.rule) && !hidden.has(key));
}

function diagnosticOf({ hint, range }: Placed): vscode.Diagnostic {
  const diagnostic = new vscode.Diagnostic(range, messageOf(hint), vscode.DiagnosticSeverity.Hint);
  diagnostic.source = SOURCE;
  diagnostic.code = hint.rule;
  if (hint.rule === "unused_import") diagnostic.tags = [vscode.DiagnosticTag.Unnecessary];
  return diagnostic;
}

function sameKeys(one: readonly Placed[], other: readonly Placed[]): boolean {
  const same = (a: Placed, b: Placed | undefined) =>
    a.key === b?.key && a.range.isEqual(b.range) && a.hint.value === b.hint.value;
  return one.length === other.length && one.every((placed, nth) => same(placed, other[nth]));
}
