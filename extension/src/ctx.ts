/**
 * What every part of the extension is given, and the only owner of what must be disposed.
 * It holds no logic and no feature: features are passed on by main.ts.
 */
import * as vscode from "vscode";
import { createOutcomes, type Outcomes } from "./completion/outcomes";
import { createPauses, type Pauses } from "./completion/pauses";
import { type Config, config } from "./config";
import { type EngineHandle, startEngine } from "./engine";
import { registerStatus, type StatusBoard } from "./status";

export interface Ctx {
  readonly extension: vscode.ExtensionContext;
  readonly config: Config;
  readonly engine: EngineHandle;
  readonly pauses: Pauses;
  readonly outcomes: Outcomes;
  readonly status: StatusBoard;
  readonly log: vscode.LogOutputChannel;
  /** Disposes the value when the extension ends, and gives it back. */
  own<T extends vscode.Disposable>(disposable: T): T;
}

/** The parts that exist before there is an engine. */
export type Base = Pick<Ctx, "extension" | "config" | "log" | "own">;

export function createCtx(extension: vscode.ExtensionContext): Ctx {
  const own = <T extends vscode.Disposable>(disposable: T): T => {
    extension.subscriptions.push(disposable);
    return disposable;
  };
  const log = own(vscode.window.createOutputChannel("CodeSaga", { log: true }));
  const base: Base = { extension, config, log, own };
  const engine = startEngine(base);
  const pauses = createPauses(base);
  const outcomes = createOutcomes(base, engine);
  const status = registerStatus({ ...base, engine, pauses, outcomes });
  return { ...base, engine, pauses, outcomes, status };
}
