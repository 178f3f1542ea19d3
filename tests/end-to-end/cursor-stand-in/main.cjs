// Gives CodeSaga, as it is packed, what Cursor gives its extensions beyond VS Code, and writes down what comes of it: one
// line of JSON each in the file CURSOR_STAND_IN_LOG. It is active before CodeSaga is loaded.
const { appendFileSync } = require("node:fs");
const Module = require("node:module");

const note = (what) => (given) =>
  appendFileSync(process.env.CURSOR_STAND_IN_LOG, `${JSON.stringify({ what, given })}\n`);

const cursor = { mcp: { registerServer: note("registered"), unregisterServer: note("unregistered") } };

/** The same interface with more in it; the editor's own objects are not to be changed. */
function asCursor(vscode) {
  const { getOwnPropertyDescriptors } = Object;
  const appName = { value: "Cursor", enumerable: true };
  const env = Object.defineProperties({}, { ...getOwnPropertyDescriptors(vscode.env), appName });
  const more = { env: { value: env, enumerable: true }, cursor: { value: cursor, enumerable: true } };
  return Object.defineProperties({}, { ...getOwnPropertyDescriptors(vscode), ...more });
}

const { _load: load } = Module;
Module._load = function loadAsInCursor(request, parent, ...rest) {
  const loaded = load.call(this, request, parent, ...rest);
  const isOurs = request === "vscode" && /[\\/]codesaga\.codesaga-/.test(parent?.filename ?? "");
  return isOurs ? asCursor(loaded) : loaded;
};

exports.activate = (context) => {
  const { commands } = require("vscode");
  context.subscriptions.push(commands.registerCommand("editor.cpp.disableenabled", note("Cursor Tab disabled")));
};
