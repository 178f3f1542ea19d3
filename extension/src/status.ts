/**
 * The status bar item: asks the server how it is, counts the work under way, and shows the one
 * state that follows. It never opens a notification.
 */
import * as vscode from "vscode";
import type { Base } from "./ctx";
import type { EngineHandle, ServerStatus } from "./engine";
import { faceOf } from "./statusFace";
import { askAgainAfterMs, type Known, statusOf } from "./statusUnion";

export interface StatusBoard {
  /** What the server said last; undefined until it was asked. */
  readonly server: ServerStatus | undefined;
  readonly paused: boolean;
  setPaused(paused: boolean): Promise<void>;
  /** Asks the server now; for a request that failed, and for *Try again*. */
  refresh(): void;
  /** Work the user asked for by hand, until disposed. */
  work(): Work;
  /** A suggestion was accepted. */
  accepted(): void;
}

export interface Work extends vscode.Disposable {
  /** Waits in the server's queue; undefined once it moves. */
  queued(place: number | undefined): void;
}

const PAUSED = "paused";
const ACCEPTED = "accepted";

export function registerStatus(base: Base, engine: EngineHandle): StatusBoard {
  const { globalState } = base.extension;
  const item = base.own(vscode.window.createStatusBarItem("codesaga.status", vscode.StatusBarAlignment.Right, 100));
  item.name = "CodeSaga";
  const under = new Set<{ place: number | undefined }>();
  let server: ServerStatus | undefined;
  let timer: NodeJS.Timeout | undefined;
  let asking = false;
  let askAgain = false;

  const known = (): Known => ({
    server,
    paused: globalState.get(PAUSED, false),
    working: under.size,
    place: [...under].find((work) => work.place !== undefined)?.place,
  });

  const show = (): void => {
    const face = faceOf(statusOf(known()), {
      serverUrl: base.config.serverUrl,
      firstTokenMs: engine.stats()?.firstTokenMsMedian,
      acceptedToday: acceptedToday(globalState),
    });
    item.text = face.text;
    item.tooltip = face.tooltip.join("\n");
    item.command = face.command;
    item.accessibilityInformation = { label: `CodeSaga: ${face.tooltip[0] ?? ""}` };
    item.show();
  };

  const refresh = async (): Promise<void> => {
    if (asking) {
      askAgain = true;
      return;
    }
    clearTimeout(timer);
    asking = true;
    server = await engine.status();
    asking = false;
    show();
    timer = setTimeout(() => void refresh(), askAgain ? 0 : askAgainAfterMs(server));
    askAgain = false;
  };

  const applyPause = () => vscode.commands.executeCommand("setContext", "codesaga.paused", known().paused);

  base.own({ dispose: () => clearTimeout(timer) });
  base.own(
    engine.onDidStart(() => {
      server = undefined;
      show();
      void refresh();
    }),
  );
  void applyPause();
  show();

  return {
    get server() {
      return server;
    },
    get paused() {
      return known().paused;
    },
    setPaused: async (paused) => {
      await globalState.update(PAUSED, paused);
      await applyPause();
      show();
    },
    refresh: () => void refresh(),
    work: () => {
      const work: { place: number | undefined } = { place: undefined };
      under.add(work);
      show();
      return {
        queued: (place) => {
          work.place = place;
          show();
        },
        dispose: () => {
          under.delete(work);
          show();
        },
      };
    },
    accepted: () => {
      void globalState.update(ACCEPTED, { day: today(), count: acceptedToday(globalState) + 1 });
      show();
    },
  };
}

function acceptedToday(state: vscode.Memento): number {
  const kept = state.get<{ day: string; count: number }>(ACCEPTED);
  return kept?.day === today() ? kept.count : 0;
}

function today(): string {
  return new Date().toDateString();
}
