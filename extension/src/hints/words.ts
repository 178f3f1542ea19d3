/** What a hint says, what its light bulb offers, and what the model is asked for then. */
import { l10n } from "vscode";
import type { Hint } from "../engine";

/** Who says it, in the hover. */
export const SOURCE = "CodeSaga";

export const RULES = [
  "duplicate_branch",
  "deep_nesting",
  "long_function",
  "todo_body",
  "many_parameters",
  "unused_import",
  "magic_number",
  "missing_docs",
  "file_style",
] as const;

export type Rule = (typeof RULES)[number];

export function isRule(name: string): name is Rule {
  return (RULES as readonly string[]).includes(name);
}

/** What somebody reads who points at it. */
export function messageOf({ rule, name = "", value = 0, limit = 0, style = "" }: Hint): string {
  switch (rule as Rule) {
    case "long_function":
      return l10n.t("{0} has {1} lines of code. Up to {2} are easier to follow.", name, value, limit);
    case "deep_nesting":
      return l10n.t("{0} is nested {1} deep. Up to {2} are easier to follow.", name, value, limit);
    case "duplicate_branch":
      return l10n.t("This branch does the same as the one in line {0}.", value);
    case "many_parameters":
      return l10n.t("{0} takes {1} parameters. Up to {2} are easier to call.", name, value, limit);
    case "magic_number":
      return l10n.t("Nothing says what {0} stands for.", name);
    case "unused_import":
      return l10n.t("{0} is imported and not used.", name);
    case "todo_body":
      return l10n.t("The body of {0} is still to be written.", name);
    case "missing_docs":
      return l10n.t("{0} has no documentation, unlike the others in this file.", name);
    case "file_style":
      return styleOf(style);
  }
}

function styleOf(style: string): string {
  switch (style) {
    case "single_quotes":
      return l10n.t("Elsewhere this file uses single quotes.");
    case "double_quotes":
      return l10n.t("Elsewhere this file uses double quotes.");
    case "tabs":
      return l10n.t("Elsewhere this file is indented with tabs.");
    case "spaces":
      return l10n.t("Elsewhere this file is indented with spaces.");
    case "errors_handled":
      return l10n.t("This drops an error. Elsewhere this file does something with them.");
    case "errors_passed_on":
      return l10n.t("This ends the program on an error. Elsewhere this file passes them on.");
    default:
      return l10n.t("Elsewhere this file writes names in {0}.", style);
  }
}

/** What the light bulb offers. */
export function titleOf({ rule }: Hint): string {
  switch (rule as Rule) {
    case "long_function":
      return l10n.t("Split This Function with CodeSaga");
    case "deep_nesting":
      return l10n.t("Flatten This Function with CodeSaga");
    case "duplicate_branch":
      return l10n.t("Merge the Branches with CodeSaga");
    case "many_parameters":
      return l10n.t("Group the Parameters with CodeSaga");
    case "magic_number":
      return l10n.t("Name This Number with CodeSaga");
    case "unused_import":
      return l10n.t("Remove This Import with CodeSaga");
    case "todo_body":
      return l10n.t("Write the Body with CodeSaga");
    case "missing_docs":
      return l10n.t("Document This with CodeSaga");
    case "file_style":
      return l10n.t("Write This like the Rest with CodeSaga");
  }
}

/** What the model is asked for: in its best language, whatever the editor's is. */
export function instructionOf({ rule, name = "", style = "" }: Hint): string {
  switch (rule as Rule) {
    case "long_function":
      return "Split this function into smaller, well-named functions without changing what it does.";
    case "deep_nesting":
      return "Flatten the nesting with early returns or well-named functions without changing what this code does.";
    case "duplicate_branch":
      return "Merge the branches that do the same without changing what this code does.";
    case "many_parameters":
      return "Group parameters that belong together into one value, and keep what the function does.";
    case "magic_number":
      return `Give the number ${name} a well-named constant without changing what this code does.`;
    case "unused_import":
      return `Remove the unused import ${name} and leave the others.`;
    case "todo_body":
      return "Write the body of this function as its name, comments and signature say.";
    case "missing_docs":
      return "Add documentation in the style of the file's other documentation; leave the code as it is.";
    case "file_style":
      return `${styleInstruction(style)} like the rest of the file, and change nothing else.`;
  }
}

function styleInstruction(style: string): string {
  switch (style) {
    case "errors_handled":
      return "Handle the error that is dropped here";
    case "errors_passed_on":
      return "Pass the error on to the caller";
    default:
      return `Write this with ${style.replace("_", " ")}`;
  }
}
