/** *Fix with CodeSaga* on a failed test's message in the Testing view, or in the editor beside it. */
import * as vscode from "vscode";
import type { App } from "../commands";
import { fixFromText } from "./terminal";

/** What the editor hands to a command of these menus. */
export interface FailedTest {
  readonly test?: vscode.TestItem;
  readonly message?: vscode.TestMessage;
}

export async function fixTestFailure(app: App, failed: FailedTest | undefined): Promise<void> {
  const { test, message } = failed ?? {};
  if (!message) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t("Choose this in the menu of a failed test's message in the Testing view."),
    );
    return;
  }
  const words = typeof message.message === "string" ? message.message : message.message.value;
  const lines = [test && vscode.l10n.t("Test: {0}", test.label), words];
  if (message.expectedOutput !== undefined) lines.push(vscode.l10n.t("Expected: {0}", message.expectedOutput));
  if (message.actualOutput !== undefined) lines.push(vscode.l10n.t("Actual: {0}", message.actualOutput));
  await fixFromText(app, lines.filter(Boolean).join("\n"), "test", message.location ?? placeOf(test));
}

function placeOf(test: vscode.TestItem | undefined): vscode.Location | undefined {
  return test?.uri && test.range ? new vscode.Location(test.uri, test.range) : undefined;
}
