/**
 * The native engine as the rest of the extension sees it: always there, even while it is being made
 * or when it cannot be loaded. Makes a new engine when the server's settings or token change. The only
 * file that knows the addon.
 */
import { join } from "node:path";
import * as vscode from "vscode";
import type * as addon from "../../native/index";
import { changesServer } from "./config";
import type { Base } from "./ctx";
import { failureText } from "./errors";
import { type Failure, failedError, failedReply, failureOf } from "./failures";
import { FollowedDocuments } from "./followedDocuments";
import type { Tried } from "./proposal";
import { engineOptions } from "./server/options";
import { isTokenOf, readToken } from "./token";

export type {
  ChatContext,
  Diagnostic,
  EngineOptions,
  EngineStats,
  FileText,
  FoundFile,
  FoundSymbol,
  Hint,
  ReplyEvent,
  ServedModel,
  ServerStatus,
  Session,
  SessionList,
  SessionSummary,
} from "../../native/index";

export { type Failure, failureOf } from "./failures";

/** An answer that is pulled; `null` ends it, after `done` or `failed` or at once when cancelled. */
export type Reply = Pick<addon.Reply, "next" | "cancel">;

/** Where and why to complete; `selected`, `above` and `skip` are explained where the addon declares them. */
export type CompleteQuestion = Omit<addon.CompleteRequest, "uri">;

/** What is to be done with which code; explained where the addon declares it. */
export type EditQuestion = Omit<addon.EditRequest, "uri">;

export type ChatRequest = Parameters<addon.Engine["chat"]>[0];

/** The part of the engine that keeps documents. */
export type DocumentEngine = Pick<addon.Engine, "openDocument" | "changeDocument" | "closeDocument">;

export interface EngineHandle {
  /** A new engine runs, or it turned out that none can. */
  readonly onDidStart: vscode.Event<void>;
  complete(document: vscode.TextDocument, question: CompleteQuestion): Reply;
  /** Has the server read that place, when it has nothing better to do. */
  prefill(document: vscode.TextDocument, offset: number): void;
  /** The answer to the task `explain` is words. */
  edit(document: vscode.TextDocument, question: EditQuestion): Reply;
  /** `tried` when an earlier answer was not good. */
  fix(document: vscode.TextDocument, diagnostics: addon.Diagnostic[], tried?: Tried): Reply;
  /** Words about code, such as a commit message for a diff. */
  write(request: addon.WriteRequest): Reply;
  chat(request: ChatRequest): Reply;
  /** Undefined while the engine is being made. */
  status(): Promise<addon.ServerStatus | undefined>;
  /** The server's models, its default first. */
  models(): Promise<addon.ServedModel[]>;
  /** With a query those in whose name or text all of its words stand; a search may stop early. */
  sessions(query?: string): Promise<addon.SessionList>;
  session(id: string): Promise<addon.Session | null>;
  /** An empty title takes the name away. */
  renameSession(id: string, title: string): Promise<addon.SessionSummary | null>;
  /** A new conversation with the turns up to that of a request, or with none of them. */
  forkSession(id: string, fork: addon.Fork): Promise<addon.Session>;
  deleteTurn(id: string, request: string): Promise<boolean>;
  deleteSession(id: string): Promise<boolean>;
  feedback(feedback: addon.Feedback): Promise<void>;
  /** Which folders may be read; none is read before this is called, and a new engine must be told anew. */
  setWorkspace(workspace: addon.Workspace): Failure | undefined;
  filesChanged(paths: string[]): void;
  noteOutcome(outcome: addon.Outcome): void;
  /** Files whose paths hold the letters, the best ones first. */
  findFiles(query: string, limit?: number): Promise<addon.FoundFile[]>;
  /** Definitions whose names hold the letters, the best ones first. */
  findSymbols(query: string, limit?: number): Promise<addon.FoundSymbol[]>;
  /** A file, or some of its lines, as it may be sent; rejects with a code. */
  readFile(request: addon.ReadFileRequest): Promise<addon.FileText>;
  /** What may be looked at again in a document; undefined when the engine cannot say. */
  hints(document: vscode.TextDocument, wanted: Omit<addon.HintsRequest, "uri">): Promise<addon.Hints | undefined>;
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
    const made = await create(base);
    // Settings and token may change together; only the newest engine is made.
    if (mine !== turn) {
      if (made.kind === "running") made.engine.close();
      return;
    }
    if (state.kind === "running") state.engine.close();
    state = made;
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

  /** For what nobody waits for: it fails into the log. */
  function told(act: (engine: addon.Engine) => void): Failure | undefined {
    try {
      whenRunning(act);
      return undefined;
    } catch (error) {
      const failure = failureOf(error);
      base.log.warn(`Not taken by the engine: ${failure.code}`);
      return failure;
    }
  }

  return {
    onDidStart: started.event,
    complete: (document, question) =>
      replyFrom((engine) =>
        documents.ask(engine, document, () => engine.complete({ uri: document.uri.toString(), ...question })),
      ),
    prefill: (document, offset) => {
      if (documents.has(document)) told((engine) => engine.prefill({ uri: document.uri.toString(), offset }));
    },
    edit: (document, question) =>
      replyFrom((engine) =>
        documents.askByHand(engine, document, () => engine.edit({ uri: document.uri.toString(), ...question })),
      ),
    fix: (document, diagnostics, tried) =>
      replyFrom((engine) =>
        documents.askByHand(engine, document, () =>
          engine.fix({ uri: document.uri.toString(), diagnostics, ...(tried && { tried }) }),
        ),
      ),
    write: (request) => replyFrom((engine) => engine.write(request)),
    chat: (request) => replyFrom((engine) => engine.chat(request)),
    status: async () => {
      if (state.kind === "starting") return undefined;
      if (state.kind === "failed") return { kind: "offline", ...state.failure };
      return state.engine.status();
    },
    models: async () => running().models(),
    sessions: async (query) => running().sessions(query),
    session: async (id) => running().session(id),
    renameSession: async (id, title) => running().renameSession(id, title),
    forkSession: async (id, fork) => running().forkSession(id, fork),
    deleteTurn: async (id, request) => running().deleteTurn(id, request),
    deleteSession: async (id) => running().deleteSession(id),
    feedback: async (feedback) => running().feedback(feedback),
    setWorkspace: (workspace) => told((engine) => engine.setWorkspace(workspace)),
    filesChanged: (paths) => void told((engine) => engine.filesChanged(paths)),
    noteOutcome: (outcome) => void told((engine) => engine.noteOutcome(outcome)),
    findFiles: async (query, limit) => running().findFiles({ query, ...(limit !== undefined && { limit }) }),
    findSymbols: async (query, limit) => running().findSymbols({ query, ...(limit !== undefined && { limit }) }),
    readFile: async (request) => running().readFile(request),
    hints: async (document, wanted) => {
      if (state.kind !== "running" || !documents.has(document)) return undefined;
      try {
        return await state.engine.hints({ uri: document.uri.toString(), ...wanted });
      } catch (error) {
        base.log.debug(`No hints: ${failureOf(error).code}`);
        return undefined;
      }
    },
    stats: () => (state.kind === "running" ? state.engine.stats() : undefined),
    restart,
  };
}

/** The one code that the engine cannot give itself. */
const ADDON_MISSING = "addon_missing";

const STARTING: Failure = { code: "unreachable", message: "the engine is starting" };

async function create(base: Base): Promise<State> {
  const loaded = load(base.extension.extensionPath);
  if ("code" in loaded) return { kind: "failed", failure: loaded };
  try {
    const token = await readToken(base.extension.secrets, base.config.serverUrl);
    return { kind: "running", engine: new loaded.Engine(await engineOptions(base.config, token)) };
  } catch (error) {
    return { kind: "failed", failure: failureOf(error) };
  }
}

function load(extensionPath: string): typeof addon | Failure {
  try {
    return require(join(extensionPath, "dist", "codesaga.node")) as typeof addon;
  } catch (error) {
    // The lines after the first list folders of this machine.
    const [message = ""] = failureOf(error).message.split("\n", 1);
    return { code: ADDON_MISSING, message };
  }
}
