// deploy/compose.yaml, read by Docker's own compose program, and what must hold of it: the server alone is reached.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { before, describe, test } from "node:test";
import { composeProject } from "./support.mjs";

const all = ["cpu", "gpu", "kafka", "monitoring"];
const compose = (...profiles) => composeProject("compose.yaml", ...profiles);

describe("compose.yaml", () => {
  let project;
  before(async () => {
    project = await compose(...all);
  });

  test("each profile brings what its name says", async () => {
    const names = async (...profiles) => Object.keys((await compose(...profiles)).services).sort();
    assert.deepEqual(await names(), ["proxy", "redis"]);
    assert.deepEqual(await names("cpu"), ["model", "ollama-cpu", "proxy", "redis"]);
    assert.deepEqual(await names("gpu"), ["model", "ollama-gpu", "proxy", "redis"]);
    assert.deepEqual(await names("kafka"), ["kafka", "proxy", "redis"]);
    assert.deepEqual(await names("monitoring"), ["grafana", "prometheus", "proxy", "redis"]);
  });

  test("nothing is published but on loopback, and the model server, Redis and the broker not at all", () => {
    for (const [name, { ports = [] }] of Object.entries(project.services)) {
      for (const port of ports) assert.equal(port.host_ip, "127.0.0.1", name);
      if (/ollama|redis|kafka|model/.test(name)) assert.deepEqual(ports, [], name);
    }
  });

  test("what has no authentication is on networks without a way in from outside, beside the server alone", () => {
    const on = (network) => Object.keys(project.services).filter((name) => network in project.services[name].networks);
    assert.ok(project.networks.models.internal && project.networks.store.internal);
    assert.deepEqual(on("models").sort(), ["model", "ollama-cpu", "ollama-gpu", "proxy"]);
    assert.deepEqual(on("store").sort(), ["kafka", "proxy", "redis"]);
    assert.deepEqual(on("outside").sort(), ["ollama-cpu", "ollama-gpu"]);
  });

  test("every service is confined, bounded in its logs, and of one version", () => {
    for (const [name, service] of Object.entries(project.services)) {
      assert.deepEqual(service.security_opt, ["no-new-privileges:true"], name);
      assert.equal(service.logging.options["max-file"], "5", name);
      assert.match(service.image, /:(v?\d[\w.-]*|local)$/, name);
      assert.notEqual(service.privileged, true, name);
      for (const { type, source } of service.volumes ?? []) {
        if (type === "bind") assert.ok(existsSync(source), `${name}: ${source}`);
        assert.doesNotMatch(source, /docker\.sock/);
      }
    }
    const { proxy, redis } = project.services;
    assert.ok(proxy.read_only && redis.read_only);
    assert.deepEqual([proxy.cap_drop, redis.cap_drop], [["ALL"], ["ALL"]]);
    assert.match(proxy.stop_grace_period, /^40s$/);
  });

  test("the model is loaded as the server asks for it", () => {
    const { proxy, model, "ollama-gpu": ollama } = project.services;
    assert.equal(model.environment.MODEL, proxy.environment.CODESAGA_MODEL);
    assert.equal(model.environment.CONTEXT_LENGTH, proxy.environment.CODESAGA_CONTEXT_LENGTH);
    assert.equal(ollama.environment.OLLAMA_CONTEXT_LENGTH, proxy.environment.CODESAGA_CONTEXT_LENGTH);
    assert.equal(ollama.environment.OLLAMA_NUM_PARALLEL, proxy.environment.CODESAGA_PARALLEL);
  });
});
