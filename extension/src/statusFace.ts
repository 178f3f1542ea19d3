/** The status bar item's words and icon for each state; nothing here decides which state it is. */
import { l10n } from "vscode";
import type { Pause } from "./completion/pause";
import { failureText } from "./errors";
import type { Status } from "./statusUnion";

export interface Face {
  readonly text: string;
  /** One fact a line. */
  readonly tooltip: readonly string[];
  readonly command: "codesaga.menu" | "codesaga.resumeCompletion";
}

/** Facts beside the state that the tooltip tells. */
export interface Facts {
  readonly serverUrl: string;
  readonly firstTokenMs: number | undefined;
  readonly acceptedToday: number;
  readonly shownToday: number;
  /** The name of the language in front, when completion is off for it. */
  readonly languageOff: string | undefined;
}

export function faceOf(status: Status, facts: Facts): Face {
  const command = "codesaga.menu";
  switch (status.kind) {
    case "starting":
      return { text: "$(loading~spin) CodeSaga", tooltip: [l10n.t("Connecting to {0}", facts.serverUrl)], command };
    case "loading":
      return {
        text: `$(loading~spin) CodeSaga ${l10n.t("{0}s", status.seconds)}`,
        tooltip: [
          l10n.t("Loading the model ({0} s so far). The first answer comes after that.", status.seconds),
          status.model,
        ],
        command,
      };
    case "ready":
      return {
        text: status.working ? "$(loading~spin) CodeSaga" : "$(sparkle) CodeSaga",
        tooltip: readyTooltip(status.model, facts),
        command,
      };
    case "waiting":
      return {
        text: `$(sparkle) ${placeWord(status.place)}`,
        tooltip: [l10n.t("Waiting in the team's queue: {0}", placeWord(status.place))],
        command,
      };
    case "paused":
      return {
        text: "$(debug-pause) CodeSaga",
        tooltip: [pauseText(status.pause), l10n.t("Click to resume.")],
        command: "codesaga.resumeCompletion",
      };
    case "offline":
      return { text: "$(warning) CodeSaga", tooltip: [failureText(status), facts.serverUrl], command };
  }
}

function readyTooltip(model: string, facts: Facts): string[] {
  const lines = [l10n.t("Model: {0}", model), l10n.t("Server: {0}", facts.serverUrl)];
  if (facts.firstTokenMs !== undefined) {
    lines.push(l10n.t("First token: {0} ms (median)", Math.round(facts.firstTokenMs)));
  }
  lines.push(l10n.t("Suggestions accepted today: {0} of {1}", facts.acceptedToday, facts.shownToday));
  if (facts.languageOff !== undefined) lines.push(l10n.t("Completion is off for {0}.", facts.languageOff));
  return lines;
}

/** Which pause it is, as a sentence. */
export function pauseText(pause: Pause): string {
  switch (pause.kind) {
    case "untilResumed":
      return l10n.t("Completion is paused.");
    case "untilTime":
      return l10n.t("Completion is paused until {0}.", clockTime(pause.until));
    case "file":
      return l10n.t("Completion is paused in this file.");
  }
}

function clockTime(at: number): string {
  const time = new Date(at);
  return [time.getHours(), time.getMinutes()].map((part) => String(part).padStart(2, "0")).join(":");
}

/** 1st, 2nd, 3rd, 4th, … 11th, 12th, 13th, … 21st. */
function placeWord(place: number): string {
  const tens = place % 100;
  if (tens >= 11 && tens <= 13) return l10n.t("{0}th", place);
  switch (place % 10) {
    case 1:
      return l10n.t("{0}st", place);
    case 2:
      return l10n.t("{0}nd", place);
    case 3:
      return l10n.t("{0}rd", place);
    default:
      return l10n.t("{0}th", place);
  }
}
