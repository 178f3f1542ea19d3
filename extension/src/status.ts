/**
 * The status bar item: asks the server how it is, counts the work under way, and shows the one
 * state that follows. It never opens a notification.
 */
import * as vscode from "vscode";
import { changesCompletion } from "./config";
import type { Ctx } from "./ctx";
import type { ServerStatus } from "./engine";
import { languageName } from "./languageName";
import { faceOf } from "./statusFace";
import { askAgainAfterMs, type Known, statusOf } from "./statusUnion";

export interface StatusBoard {
  /** What the server said last; undefined until it was asked. */
  readonly server: ServerStatus | undefined;
  /** Asks the server now; for a request that failed, and for *Try again*. */
  refresh(): void;
  /** Work the user asked for by hand, until disposed. */
  work(): Work;
}

export interface Work extends vscode.Disposable {
  /** Waits in the server's queue; undefined once it moves. */
  queued(place: number | undefined): void;
}

export function registerStatus({ own, config, engine, pauses, outcomes }: Omit<Ctx, "status">): StatusBoard {
  const item = own(vscode.window.createStatusBarItem("codesaga.status", vscode.StatusBarAlignment.Right, 100));
  item.name = "CodeSaga";
  const under = new Set<{ place: number | undefined }>();
  let server: ServerStatus | undefined;
  let timer: NodeJS.Timeout | undefined;
  let asking = false;
  let askAgain = false;

  const known = (): Known => ({
    server,
    pause: pauses.of(),
    working: under.size,
    place: [...under].find((work) => work.place !== undefined)?.place,
  });

  const show = (): void => {
    const face = faceOf(statusOf(known()), {
      serverUrl: config.serverUrl,
      firstTokenMs: engine.stats()?.firstTokenMsMedian,
      acceptedToday: outcomes.today("accepted") + outcomes.today("partially_accepted"),
      shownToday: outcomes.today("shown"),
      languageOff: languageOff(config),
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

  own({ dispose: () => clearTimeout(timer) });
  own(pauses.onDidChange(show));
  own(outcomes.onDidChange(show));
  own(vscode.workspace.onDidChangeConfiguration((event) => changesCompletion(event) && show()));
  own(
    engine.onDidStart(() => {
      server = undefined;
      show();
      void refresh();
    }),
  );
  show();

  return {
    get server() {
      return server;
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
  };
}

/** The language of the file in front, when completion is off for it. */
function languageOff(config: Ctx["config"]): string | undefined {
  const language = vscode.window.activeTextEditor?.document.languageId;
  return language === undefined || config.completes(language) ? undefined : languageName(language);
}
