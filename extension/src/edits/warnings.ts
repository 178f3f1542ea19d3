/** What the engine warns of an answer, in words. */
import { l10n } from "vscode";

export interface Warning {
  readonly code: string;
  /** A sentence in English. */
  readonly message: string;
}

/** Whether the answer is broken, so that applying it has to be asked about. */
export function isBroken({ code }: Warning): boolean {
  return code === "new_syntax_errors" || code === "truncated";
}

/** Undefined for what concerns nobody who looks at an edit. */
export function warningText({ code, message }: Warning): string | undefined {
  switch (code) {
    case "new_syntax_errors": {
      const line = lineNamed(message);
      return line === undefined
        ? l10n.t("The answer has a syntax error.")
        : l10n.t("The answer has a syntax error in line {0}.", line);
    }
    case "truncated":
      return l10n.t("The answer was cut off before its end.");
    case "code_kept":
      return l10n.t("The model changed code as well; only its comments were taken.");
    case "shortened":
      return l10n.t("The code was too long for the model, which saw parts of it.");
    default:
      return undefined;
  }
}

/** The line that the engine's words name, if they do. */
export function lineNamed(message: string): number | undefined {
  const found = /\bline (\d{1,7})\b/i.exec(message)?.[1];
  return found === undefined ? undefined : Number(found);
}
