/** Words for the names that the engine counts by: why an answer was not shown, why a file was not read. */
import { l10n } from "vscode";

/** A name of a newer engine stands for itself. */
export function dropWords(name: string): string {
  return drops()[name] ?? name;
}

export function leftOutWords(name: string): string {
  return leftOut()[name] ?? name;
}

function drops(): Record<string, string> {
  return {
    not_continued: l10n.t("Did not continue what stands before the cursor"),
    fence: l10n.t("Held no code"),
    control_token: l10n.t("Held signs of the model's own"),
    prose: l10n.t("Explained instead of completing"),
    follows: l10n.t("Repeated what stands after the cursor"),
    scope_end: l10n.t("Left the block of the cursor"),
    repetition: l10n.t("Repeated itself"),
    one_line: l10n.t("Began with another line"),
    nothing_said: l10n.t("Said nothing"),
    already_there: l10n.t("Was there already"),
    breaks_syntax: l10n.t("Would have broken the syntax"),
    cut_off: l10n.t("Was cut off by its length"),
    placeholder: l10n.t("Held the placeholder of a secret"),
    private_file: l10n.t("The file is private"),
    in_secret: l10n.t("The cursor was in a secret"),
    in_comment: l10n.t("The cursor was in a comment"),
    in_string: l10n.t("The cursor was in a string"),
  };
}

function leftOut(): Record<string, string> {
  return {
    excluded: l10n.t("Left out by the settings or by ignore files"),
    private: l10n.t("Private"),
    link: l10n.t("Links"),
    unknown_language: l10n.t("Of no known language"),
    too_large: l10n.t("Too large"),
    binary: l10n.t("No text"),
    not_utf8: l10n.t("Not in UTF-8"),
    generated: l10n.t("Generated"),
    unreadable: l10n.t("Not readable"),
    over_limit: l10n.t("Beyond what the index holds"),
  };
}
