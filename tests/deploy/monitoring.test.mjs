// deploy/monitoring: the alerts by Prometheus' own tool, and every metric and label that the alerts and the board name
// against those that a running server exports.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { root } from "../../scripts/lib/places.mjs";
import { freePort } from "../../scripts/lib/ports.mjs";
import { openProcesses } from "../../scripts/lib/processes.mjs";
import { modelReady, startProxy } from "../../scripts/lib/proxy.mjs";
import { startScripted } from "../end-to-end/harness/scripted.mjs";
import { deploy, readYaml, run } from "./support.mjs";

const here = path.join(deploy, "monitoring");
/** Labels that Prometheus itself adds, and what becomes of ours that has the same name. */
const added = ["job", "instance", "exported_instance"];

describe("the alerts", () => {
  let rules;
  before(async () => {
    const [file] = await readYaml(path.join(here, "rules.yml"));
    rules = file.groups.flatMap((group) => group.rules);
  });

  test("promtool accepts the configuration and the rules, and each fires when it should and only then", async () => {
    for (const args of [
      ["check", "config", "--syntax-only", path.join(here, "prometheus.yml")],
      ["check", "config", "--syntax-only", path.join(here, "prometheus-fleet.yml")],
      ["check", "rules", path.join(here, "rules.yml")],
      ["test", "rules", path.join(here, "rules.test.yml")],
    ]) {
      const { code, stdout, stderr } = await run("promtool", args, { cwd: here });
      assert.equal(code, 0, stdout + stderr);
    }
    const tests = await readFile(path.join(here, "rules.test.yml"), "utf8");
    for (const { alert } of rules) assert.match(tests, new RegExp(`alertname: ${alert}\\n\\s+exp_alerts:\\n`), alert);
  });

  test("each has a section in the runbook, and says how urgent it is", async () => {
    const runbook = await readFile(path.join(root, "docs", "runbook.md"), "utf8");
    const headings = [...runbook.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading.toLowerCase());
    for (const { alert, labels, annotations } of rules) {
      assert.equal(annotations.runbook, `docs/runbook.md#${alert.toLowerCase()}`);
      assert.ok(headings.includes(alert.toLowerCase()), alert);
      assert.match(labels.severity, /^(page|ticket)$/, alert);
    }
  });
});

describe("what is asked of Prometheus", () => {
  const processes = openProcesses();
  let exported;

  before(async () => {
    const scripted = await startScripted({ processes, name: "monitoring" });
    const proxy = await startProxy({
      processes,
      upstream: scripted.url,
      name: "monitoring-proxy",
      port: await freePort(),
      env: { CODESAGA_REDIS_URL: undefined, CODESAGA_KEYS_FILE: undefined },
    });
    await modelReady(proxy);
    // One answer that comes, one that fails, and a job: a metric is exported once it was counted.
    await scripted.script([
      { times: 1, pieces: ["one ", "two ", "three"], between_ms: 5 },
      { times: 1, status: 500, body: { error: "out of memory" } },
      { pieces: ["```python\npass\n```"] },
    ]);
    const post = async (path, body, headers = {}) => {
      const sent = {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify(body),
      };
      const response = await fetch(`${proxy.url}${path}`, sent);
      await response.text();
      return response;
    };
    for (const prompt of ["a", "b"]) await post("/v1/completions", { prompt, max_tokens: 8, temperature: 0 });
    const job = { request_type: "refactor", input: "Use pass.", language: "python", code_context: "x = 1" };
    assert.equal((await post("/v1/generate", job, { prefer: "respond-async" })).status, 202);
    exported = series(await metricsWith("codesaga_jobs_total{", proxy.url));
  });
  after(() => processes.endAll());

  test("the board asks for what is exported", async () => {
    const board = JSON.parse(await readFile(path.join(here, "grafana", "boards", "codesaga.json"), "utf8"));
    assert.ok(board.panels.length >= 15);
    assert.equal(new Set(board.panels.map(({ id }) => id)).size, board.panels.length);
    for (const { title, targets } of board.panels) {
      for (const { expr, legendFormat } of targets) known(expr, `${title}: ${expr}`, legendFormat);
    }
  });

  test("the alerts ask for what is exported", async () => {
    const [file] = await readYaml(path.join(here, "rules.yml"));
    for (const { alert, expr } of file.groups.flatMap((group) => group.rules)) known(expr, alert);
  });

  /** Every metric of `expression` is exported, with the labels that are asked of it. */
  function known(expression, what, legend = "") {
    const asked = [...expression.matchAll(/\b((?:codesaga|process)_\w+|up)\b(?:\{([^}]*)\})?/g)];
    assert.ok(asked.length > 0, what);
    const grouped = [...expression.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list]) => list.split(/,\s*/));
    const shown = [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label);
    for (const [, name, selector = ""] of asked.filter(([, each]) => each !== "up")) {
      assert.ok(exported.has(name), `${what}: ${name} is not exported`);
      const labels = new Set([...added, ...exported.get(name)]);
      const matched = [...selector.matchAll(/(\w+)\s*(?:=|!=|=~|!~)"/g)].map(([, label]) => label);
      for (const label of [...matched, ...grouped, ...shown]) {
        assert.ok(labels.has(label), `${what}: ${name} has no ${label}`);
      }
    }
  }
});

/** The metrics, once they have `wanted`: a job ends after its request. */
async function metricsWith(wanted, url) {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const text = await (await fetch(`${url}/metrics`)).text();
    if (text.includes(wanted)) return text;
    assert.ok(Date.now() < deadline, `${wanted} did not come\n${text}`);
  }
}

/** The names of all series in Prometheus' text format, with the labels that each has. */
function series(text) {
  const found = new Map();
  for (const [, name, labels = ""] of text.matchAll(/^([a-z_]+)(?:\{(.*)\})? \S+$/gm)) {
    const names = [...labels.matchAll(/(\w+)="/g)].map(([, label]) => label);
    found.set(name, new Set([...(found.get(name) ?? []), ...names]));
  }
  return found;
}
