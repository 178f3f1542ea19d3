// The least that an extension can do to show a change: `vscode.diff` of the file in front and a page of its own, in which
// the cursor's line is another one. What it costs is what a proposed edit is measured against.
const vscode = require("vscode");

const SCHEME = "bench-diff";

exports.activate = ({ subscriptions }) => {
  let made = 0;
  let text = "";
  subscriptions.push(
    vscode.workspace.registerTextDocumentContentProvider(SCHEME, { provideTextDocumentContent: () => text }),
    vscode.commands.registerCommand("bench.diff", () => {
      const { document, selection } = vscode.window.activeTextEditor;
      const { line } = selection.start;
      const lines = document.getText().split("\n");
      lines[line] += "  # 더 빠르게";
      text = lines.join("\n");
      made += 1;
      const page = vscode.Uri.from({ scheme: SCHEME, path: document.uri.path, query: String(made) });
      const options = { preview: false, selection: new vscode.Range(line, 0, line, 0) };
      return vscode.commands.executeCommand("vscode.diff", document.uri, page, "vscode.diff alone", options);
    }),
  );
};
