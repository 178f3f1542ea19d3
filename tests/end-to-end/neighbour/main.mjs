// What in a developer's editor comes from others: a test runner, and the chat and model that VS Code's own chat view
// does not open without.
import * as vscode from "vscode";

export function activate({ subscriptions }) {
  subscriptions.push(
    testRunner(),
    vscode.chat.createChatParticipant("neighbour.chat", async () => ({})),
    model(),
  );
}

/** Each `test_….py` of the folder is a test that fails, with the words of pytest. */
function testRunner() {
  const controller = vscode.tests.createTestController("neighbour", "Neighbour");
  controller.resolveHandler = async () => {
    for (const uri of await vscode.workspace.findFiles("**/test_*.py")) {
      const item = controller.createTestItem(uri.path, uri.path.split("/").at(-1), uri);
      item.range = new vscode.Range(3, 0, 4, 0);
      controller.items.add(item);
    }
  };
  const run = (request) => {
    const going = controller.createTestRun(request);
    for (const [, item] of controller.items) {
      const message = vscode.TestMessage.diff("assert 0 == 6\ncart.py:2: AssertionError", "6", "0");
      message.location = new vscode.Location(item.uri, new vscode.Position(4, 0));
      going.failed(item, message);
    }
    going.end();
  };
  controller.createRunProfile("Run", vscode.TestRunProfileKind.Run, run, true);
  return controller;
}

/** It is chosen unless another one is, and says nothing. */
function model() {
  const provider = { provideLanguageModelResponse: async () => {}, provideTokenCount: async () => 1 };
  const limits = { maxInputTokens: 1000, maxOutputTokens: 1000 };
  const about = { name: "Neighbour", family: "neighbour", version: "1", isDefault: true, isUserSelectable: true };
  return vscode.lm.registerChatModelProvider("neighbour", provider, { ...about, ...limits });
}
