// OpenAI's SDK for Python, unchanged, against the proxy; the cases are in openai_sdk.py.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import path from "node:path";
import { after, before, test } from "node:test";
import { clientsPython, installClients } from "../../scripts/lib/clients.mjs";
import { root } from "../../scripts/lib/places.mjs";
import { model, openClients, quietKit, weather } from "./backend.mjs";

let backend;

before(async () => {
  backend = await openClients("sdk-python");
  await installClients(quietKit(backend.processes));
});
after(() => backend?.close());

test("the Python SDK works as it is", async () => {
  const env = {
    ...process.env,
    OPENAI_BASE_URL: backend.url,
    OPENAI_API_KEY: backend.key,
    CLIENT_MODEL: model,
    CLIENT_SCRIPT: `${backend.scripted.url}/_script`,
    CLIENT_TOOL: JSON.stringify(weather),
    PYTHONDONTWRITEBYTECODE: "1",
  };
  const script = path.join(root, "tests", "clients", "openai_sdk.py");
  const { code, output } = await new Promise((resolve) => {
    execFile(clientsPython, [script], { env }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, output: stdout + stderr }),
    );
  });
  assert.equal(code, 0, output);
  assert.match(output, /Ran 10 tests/);
});
