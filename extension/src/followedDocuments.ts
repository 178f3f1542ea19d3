/**
 * Keeps an engine's documents in step with the editor's. Whenever they are found to differ, the
 * engine is given the whole text, once; a document it will not take is remembered with the reason.
 */
import * as vscode from "vscode";
import { changesOf, DOCUMENT_UNITS_MAX, isFollowed } from "./documents";
import type { DocumentEngine, Reply } from "./engine";
import { type Failure, failedError, failedReply, failureOf } from "./failures";

/** With these the engine asks for the whole text. */
const LOST_STEP: readonly string[] = ["stale_document", "unknown_document"];

export class FollowedDocuments {
  /** Line ends at the time of opening: changing them moves every offset and reports no change. */
  private readonly lineEnds = new Map<string, vscode.EndOfLine>();
  private readonly refused = new Map<string, Failure>();

  /** Begins anew, for a new engine. */
  openAll(engine: DocumentEngine): void {
    this.lineEnds.clear();
    this.refused.clear();
    for (const document of vscode.workspace.textDocuments) this.open(engine, document);
  }

  open(engine: DocumentEngine, document: vscode.TextDocument): void {
    if (!isFollowed(document)) return;
    const uri = document.uri.toString();
    const text = document.getText();
    try {
      if (text.length > DOCUMENT_UNITS_MAX) {
        throw failedError({ code: "too_large", message: `${text.length} characters, at most ${DOCUMENT_UNITS_MAX}` });
      }
      const path = vscode.workspace.asRelativePath(document.uri);
      engine.openDocument({ uri, languageId: document.languageId, version: document.version, text, path });
      this.lineEnds.set(uri, document.eol);
      this.refused.delete(uri);
    } catch (error) {
      engine.closeDocument(uri);
      this.lineEnds.delete(uri);
      this.refused.set(uri, failureOf(error));
    }
  }

  change(engine: DocumentEngine, event: vscode.TextDocumentChangeEvent): void {
    const { document } = event;
    const uri = document.uri.toString();
    const lineEnd = this.lineEnds.get(uri);
    if (lineEnd === undefined) return;
    if (lineEnd !== document.eol) {
      this.open(engine, document);
      return;
    }
    if (event.contentChanges.length === 0) return;
    try {
      engine.changeDocument({ uri, version: document.version, changes: changesOf(event) });
    } catch {
      // Whatever does not fit is mended by the whole text; what is wrong with that, open() keeps.
      this.open(engine, document);
    }
  }

  close(engine: DocumentEngine, document: vscode.TextDocument): void {
    const uri = document.uri.toString();
    this.refused.delete(uri);
    if (this.lineEnds.delete(uri)) engine.closeDocument(uri);
  }

  /** Whether the engine has it. */
  has(document: vscode.TextDocument): boolean {
    return this.lineEnds.has(document.uri.toString());
  }

  /** Asks about a document, giving its whole text once when the engine has lost step with it. */
  ask(engine: DocumentEngine, document: vscode.TextDocument, ask: () => Reply): Reply {
    const refused = this.refused.get(document.uri.toString());
    if (refused) return failedReply(refused);
    try {
      return ask();
    } catch (error) {
      if (!LOST_STEP.includes(failureOf(error).code)) throw error;
    }
    this.open(engine, document);
    return ask();
  }

  /** Like `ask`; a document refused before gets another chance, since it may have shrunk. */
  askByHand(engine: DocumentEngine, document: vscode.TextDocument, ask: () => Reply): Reply {
    if (this.refused.has(document.uri.toString())) this.open(engine, document);
    return this.ask(engine, document, ask);
  }
}
