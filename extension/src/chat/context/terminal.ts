/**
 * What happened in the terminal: what the last command wrote, where the shell tells the editor of its
 * commands, or the words that are selected there.
 */

import * as vscode from "vscode";
import { l10n } from "vscode";
import type { Attachment } from "./attachment";
import type { Found } from "./files";
import { lastLines } from "./lastLines";

/** Tools sum up at the end. */
const OUTPUT_CHARACTERS_MAX = 12_000;
const LABEL_CHARACTERS_MAX = 40;

/** The command line and what it wrote. */
export async function lastCommand(): Promise<Found> {
  const copied = await copiedBy("workbench.action.terminal.copyLastCommandAndLastCommandOutput");
  if (copied.trim() === "") {
    const sentence = l10n.t("No command was seen in the terminal. Select its words and choose “Ask CodeSaga” there.");
    return { kind: "refused", sentence };
  }
  const [line = ""] = copied.trim().split("\n", 1);
  const label = l10n.t("terminal: {0}", line.slice(0, LABEL_CHARACTERS_MAX));
  return found(label, l10n.t("What the last command wrote"), copied);
}

/** For the terminal's own menu, which is there only when something is selected. */
export async function terminalSelection(): Promise<Found> {
  const copied = await copiedBy("workbench.action.terminal.copySelection");
  if (copied.trim() === "") return { kind: "refused", sentence: l10n.t("Nothing is selected in the terminal.") };
  return found(l10n.t("terminal: selection"), l10n.t("What is selected in the terminal"), copied);
}

function found(label: string, origin: string, copied: string): Found {
  const text = `${lastLines(copied.trimEnd(), OUTPUT_CHARACTERS_MAX)}\n`;
  const contexts = [{ path: "terminal", language: "text", text }];
  const attachment: Attachment = { kind: "terminal", label, origin, contexts };
  return { kind: "attachment", attachment };
}

/** The editor tells an extension of a terminal's words only by the clipboard; the text that was in it is put back. */
async function copiedBy(command: string): Promise<string> {
  if (!vscode.window.activeTerminal) return "";
  const { clipboard } = vscode.env;
  const before = await clipboard.readText();
  try {
    await clipboard.writeText("");
    await vscode.commands.executeCommand(command);
    return (await clipboard.readText()).replace(/\r\n?/g, "\n");
  } finally {
    await clipboard.writeText(before);
  }
}
