/**
 * The native engine as the rest of the extension sees it: always there, even while it is being made
 * or when it cannot be loaded. Keeps the engine's documents in step with the editor's, and makes a
 * new engine when the server's settings or token change. The only file that loads the addon.
 */
import { join } from "node:path";
import * as vscode from "vscode";
import type * as addon from "../../native/index";
import { changesServer } from "./config";
import type { Base } from "./ctx";
import { changesOf, DOCUMENT_UNITS_MAX, isFollowed } from "./documents";
import { failureText } from "./errors";
import { isTokenOf, readToken } from "./token";

export type {
  ChatContext,
  Diagnostic,
  EngineStats,
  ReplyEvent,
  ServerStatus,
  Session,
  SessionSummary,
} from "../../native/index";

/** An answer that is pulled; `null` ends it, after `done` or `failed` or at once when cancelled. */
export type Reply = Pick<addon.Reply, "next" | "cancel">;

export type ChatRequest = Parameters<addon.Engine["chat"]>[0];

/** Why there is no answer: a code to branch on, words for people. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly retryAfterMs?: number | undefined;
}

export interface EngineHandle {
  /** A new engine runs, or it turned out that none can. */
  readonly onDidStart: vscode.Event<void>;
  complete(document: vscode.TextDocument, offset: number, trigger: "automatic" | "invoke"): Reply;
  refactor(document: vscode.TextDocument, startOffset: number, endOffset: number, instruction: string): Reply;
  fix(document: vscode.TextDocument, diagnostics: addon.Diagnostic[]): Reply;
  chat(request: ChatRequest): Reply;
  /** Undefined while the engine is being made. */
  status(): Promise<addon.ServerStatus | undefined>;
  sessions(): Promise<addon.SessionSummary[]>;
  session(id: string): Promise<addon.Session | null>;
  deleteSession(id: string): Promise<boolean>;
  stats(): addon.EngineStats | undefined;
  restart(): Promise<void>;
}

type State =
  | { readonly kind: "starting" }
  | { readonly kind: "running"; readonly engine: addon.Engine }
  | { readonly kind: "failed"; readonly failure: Failure };

export function startEngine(base: Base): EngineHandle {
  const started = base.own(new vscode.EventEmitter<void>());
  const documents = new FollowedDocuments();
  let state: State = { kind: "starting" };
  let turn = 0;
  let toldMissing = false;

  const restart = async (): Promise<void> => {
    turn += 1;
    const mine = turn;
    const token = await readToken(base.extension.secrets, base.config.serverUrl);
    // Settings and token may change together; only the newest engine is made.
    if (mine !== turn) return;
    if (state.kind === "running") state.engine.close();
    state = create(base, token);
    if (state.kind === "running") documents.openAll(state.engine);
    else if (state.kind === "failed") base.log.error(`No engine: ${state.failure.code}: ${state.failure.message}`);
    if (state.kind === "failed" && state.failure.code === ADDON_MISSING && !toldMissing) {
      toldMissing = true;
      void vscode.window.showErrorMessage(failureText(state.failure));
    }
    started.fire();
  };

  const running = (): addon.Engine => {
    if (state.kind === "running") return state.engine;
    throw failedError(state.kind === "failed" ? state.failure : STARTING);
  };
  const replyFrom = (ask: (engine: addon.Engine) => Reply): Reply => {
    try {
      return ask(running());
    } catch (error) {
      return failedReply(failureOf(error));
    }
  };

  base.own(
    vscode.workspace.onDidOpenTextDocument((document) => whenRunning((engine) => documents.open(engine, document))),
  );
  base.own(
    vscode.workspace.onDidChangeTextDocument((event) => whenRunning((engine) => documents.change(engine, event))),
  );
  base.own(
    vscode.workspace.onDidCloseTextDocument((document) => whenRunning((engine) => documents.close(engine, document))),
  );
  base.own(vscode.workspace.onDidChangeConfiguration((event) => changesServer(event) && void restart()));
  base.own(base.extension.secrets.onDidChange((event) => isTokenOf(base.config.serverUrl, event) && void restart()));
  base.own({ dispose: () => whenRunning((engine) => engine.close()) });
  void restart();

  function whenRunning(act: (engine: addon.Engine) => void): void {
    if (state.kind === "running") act(state.engine);
  }

  return {
    onDidStart: started.event,
    complete: (document, offset, trigger) =>
      replyFrom((engine) =>
        documents.ask(engine, document, () => engine.complete({ uri: document.uri.toString(), offset, trigger })),
      ),
    refactor: (document, startOffset, endOffset, instruction) =>
      replyFrom((engine) =>
        documents.askByHand(engine, document, () =>
          engine.refactor({ uri: document.uri.toString(), startOffset, endOffset, instruction }),
        ),
      ),
    fix: (document, diagnostics) =>
      replyFrom((engine) =>
        documents.askByHand(engine, document, () => engine.fix({ uri: document.uri.toString(), diagnostics })),
      ),
    chat: (request) => replyFrom((engine) => engine.chat(request)),
    status: async () => {
      if (state.kind === "starting") return undefined;
      if (state.kind === "failed") return { kind: "offline", ...state.failure };
      return state.engine.status();
    },
    sessions: async () => running().sessions(),
    session: async (id) => running().session(id),
    deleteSession: async (id) => running().deleteSession(id),
    stats: () => (state.kind === "running" ? state.engine.stats() : undefined),
    restart,
  };
}

/** The failure that something thrown by the engine stands for. */
export function failureOf(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "internal";
  return { code, message };
}

/** What the engine has been told, and what it would not take. */
class FollowedDocuments {
  /** Line ends at the time of opening: changing them moves every offset and reports no change. */
  private readonly lineEnds = new Map<string, vscode.EndOfLine>();
  private readonly refused = new Map<string, Failure>();

  openAll(engine: addon.Engine): void {
    this.lineEnds.clear();
    this.refused.clear();
    for (const document of vscode.workspace.textDocuments) this.open(engine, document);
  }

  open(engine: addon.Engine, document: vscode.TextDocument): void {
    if (!isFollowed(document)) return;
    const uri = document.uri.toString();
    const text = document.getText();
    try {
      if (text.length > DOCUMENT_UNITS_MAX) {
        throw failedError({ code: "too_large", message: `${text.length} characters, at most ${DOCUMENT_UNITS_MAX}` });
      }
      const path = vscode.workspace.asRelativePath(document.uri, false);
      engine.openDocument({ uri, languageId: document.languageId, version: document.version, text, path });
      this.lineEnds.set(uri, document.eol);
      this.refused.delete(uri);
    } catch (error) {
      engine.closeDocument(uri);
      this.lineEnds.delete(uri);
      this.refused.set(uri, failureOf(error));
    }
  }

  change(engine: addon.Engine, event: vscode.TextDocumentChangeEvent): void {
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

  close(engine: addon.Engine, document: vscode.TextDocument): void {
    const uri = document.uri.toString();
    this.refused.delete(uri);
    if (this.lineEnds.delete(uri)) engine.closeDocument(uri);
  }

  /** Asks about a document, giving its whole text once when the engine has lost step with it. */
  ask(engine: addon.Engine, document: vscode.TextDocument, ask: () => Reply): Reply {
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
  askByHand(engine: addon.Engine, document: vscode.TextDocument, ask: () => Reply): Reply {
    if (this.refused.has(document.uri.toString())) this.open(engine, document);
    return this.ask(engine, document, ask);
  }
}

/** The one code that the engine cannot give itself. */
const ADDON_MISSING = "addon_missing";

const LOST_STEP: readonly string[] = ["stale_document", "unknown_document"];

const STARTING: Failure = { code: "unreachable", message: "the engine is starting" };

function create(base: Base, token: string | undefined): State {
  const loaded = load(base.extension.extensionPath);
  if ("code" in loaded) return { kind: "failed", failure: loaded };
  const { serverUrl, model } = base.config;
  try {
    const options = { serverUrl, ...(model && { model }), ...(token && { token }) };
    return { kind: "running", engine: new loaded.Engine(options) };
  } catch (error) {
    return { kind: "failed", failure: failureOf(error) };
  }
}

function load(extensionPath: string): typeof addon | Failure {
  try {
    return require(join(extensionPath, "dist", "codesaga.node")) as typeof addon;
  } catch (error) {
    return { code: ADDON_MISSING, message: failureOf(error).message };
  }
}

function failedError(failure: Failure): Error {
  return Object.assign(new Error(failure.message), { code: failure.code });
}

function failedReply(failure: Failure): Reply {
  const { code, message } = failure;
  const events: addon.ReplyEvent[] = [{ kind: "failed", code, message }];
  return {
    next: async () => events.shift() ?? null,
    cancel: () => void events.splice(0),
  };
}
