/**
 * Pausing completion: for everything, for an hour, or in one file. It is kept across windows' reloads,
 * files per workspace, and an hour ends by itself. Which pause is in force is pause.ts.
 */
import * as vscode from "vscode";
import type { Base } from "../ctx";
import { type Held, HOUR_MS, leftOf, type Pause, pauseOf, withFile, withoutFile } from "./pause";

export interface Pauses {
  /** Another pause may be in force now, or another file be in front. */
  readonly onDidChange: vscode.Event<void>;
  /** In force for that document; without one, for the file in front. */
  of(uri?: vscode.Uri): Pause | undefined;
  untilResumed(): Promise<void>;
  forAnHour(): Promise<void>;
  inFile(uri: vscode.Uri): Promise<void>;
  /** Ends every pause that holds for the file in front. */
  resume(): Promise<void>;
}

const EVERYWHERE = "paused";
const FILES = "pausedFiles";

export function createPauses({ extension, own }: Base): Pauses {
  const { globalState, workspaceState } = extension;
  const changed = own(new vscode.EventEmitter<void>());
  let timer: NodeJS.Timeout | undefined;

  const held = (): Held => globalState.get<Held>(EVERYWHERE, false);
  const files = (): readonly string[] => workspaceState.get<string[]>(FILES, []);
  const front = (): vscode.Uri | undefined => vscode.window.activeTextEditor?.document.uri;
  const of = (uri = front()): Pause | undefined => pauseOf(held(), files(), uri?.toString(), Date.now());

  const apply = (): void => {
    clearTimeout(timer);
    const left = leftOf(held(), Date.now());
    if (left > 0) timer = setTimeout(apply, left);
    void vscode.commands.executeCommand("setContext", "codesaga.paused", of() !== undefined);
    changed.fire();
  };
  const hold = async (value: Held): Promise<void> => {
    await globalState.update(EVERYWHERE, value);
    apply();
  };
  const keepFiles = async (kept: string[]): Promise<void> => {
    await workspaceState.update(FILES, kept);
    apply();
  };

  own({ dispose: () => clearTimeout(timer) });
  own(vscode.window.onDidChangeActiveTextEditor(apply));
  apply();

  return {
    onDidChange: changed.event,
    of,
    untilResumed: () => hold(true),
    forAnHour: () => hold(Date.now() + HOUR_MS),
    inFile: (uri) => keepFiles(withFile(files(), uri.toString())),
    resume: async () => {
      const uri = front()?.toString();
      if (uri !== undefined && files().includes(uri)) await keepFiles(withoutFile(files(), uri));
      if (held() !== false) await hold(false);
    },
  };
}
