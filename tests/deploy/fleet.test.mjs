// deploy/fleet.yaml, read by Docker's own compose program, and what must hold of it beside what holds of compose.yaml: nginx alone is
// reached, and each process reaches what its role needs. And the script that makes certificates, run for real.
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { composeProject, deploy, pythonTool, readYaml, run } from "./support.mjs";

const profiles = ["cpu", "gpu", "kafka", "monitoring"];
const gateways = ["gateway-1", "gateway-2"];
const models = ["models-1", "models-2"];
const roles = [...gateways, ...models, "worker"];

describe("fleet.yaml", () => {
  let project;
  let services;
  before(async () => {
    project = await composeProject("fleet.yaml", ...profiles);
    services = project.services;
  });

  test("it takes the place of compose.yaml: the same project, the same volumes, the same parts beside the server", async () => {
    const alone = await composeProject("compose.yaml", ...profiles);
    assert.equal(project.name, alone.name);
    for (const name of Object.keys(alone.volumes)) assert.ok(name in project.volumes, name);
    const beside = Object.keys(alone.services).filter((name) => name !== "proxy");
    for (const name of beside.filter((each) => each !== "prometheus")) {
      assert.deepEqual(services[name], alone.services[name], name);
    }
    assert.deepEqual(Object.keys(services).sort(), [...beside, "balancer", "certificates", ...roles].sort());
    assert.deepEqual(Object.keys((await composeProject("fleet.yaml")).services).sort(), [
      "balancer",
      "certificates",
      ...gateways,
      ...models,
      "redis",
      "worker",
    ]);
  });

  test("nginx alone is published, on loopback, and Prometheus and Grafana where they are wanted", () => {
    const published = Object.keys(services).filter((name) => services[name].ports?.length);
    assert.deepEqual(published.sort(), ["balancer", "grafana", "prometheus"]);
    for (const name of published)
      for (const port of services[name].ports) assert.equal(port.host_ip, "127.0.0.1", name);
  });

  test("each is on the networks of its hops, and those lead nowhere else", () => {
    const on = (network) => Object.keys(services).filter((name) => network in (services[name].networks ?? {}));
    const expected = {
      inner: ["balancer", ...gateways],
      hop: roles,
      models: ["model", ...models, "ollama-cpu", "ollama-gpu"],
      store: [...gateways, "kafka", "redis", "worker"],
      watch: [...gateways, "grafana", ...models, "prometheus", "worker"],
    };
    for (const [network, members] of Object.entries(expected)) {
      assert.deepEqual(on(network).sort(), [...members].sort(), network);
      assert.equal(project.networks[network].internal, true, network);
    }
    assert.equal(services.certificates.network_mode, "none");
    const [{ subnet }] = project.networks.inner.ipam.config;
    for (const name of gateways) assert.equal(services[name].environment.CODESAGA_TRUSTED_PROXIES, subnet);
  });

  test("every process is confined, reads only what is mounted, and has time to drain", () => {
    for (const name of [...roles, "balancer", "certificates"]) {
      const service = services[name];
      assert.deepEqual([service.read_only, service.cap_drop], [true, ["ALL"]], name);
      assert.deepEqual(service.security_opt, ["no-new-privileges:true"], name);
      assert.equal(service.logging.options["max-file"], "5", name);
      assert.match(service.image, /:(v?\d[\w.-]*|local)$/, name);
      assert.notEqual(service.privileged, true, name);
      for (const { type, source } of service.volumes) if (type === "bind") assert.ok(existsSync(source), source);
      if (name !== "certificates") assert.equal(service.stop_grace_period, "40s", name);
    }
    assert.equal(services.balancer.user, "65532:65532");
    // Of the server's image, and of the one that makes the certificates, it is the user.
    for (const name of roles) assert.equal(services[name].user, undefined, name);
  });

  test("each has the key of its own certificate and nobody else's, and no secret is a setting", () => {
    const hop = (name) => services[name].volumes.filter(({ target }) => target.startsWith("/etc/codesaga"));
    for (const name of roles) {
      assert.deepEqual(
        hop(name).map(({ source, target, read_only }) => [source, target, read_only]),
        [[`hop-${name}`, "/etc/codesaga/hop", true]],
      );
      const made = services.certificates.volumes.find(({ source }) => source === `hop-${name}`);
      assert.equal(made.target, `/certificates/${name}`);
      assert.equal(services[name].depends_on.certificates.condition, "service_completed_successfully");
    }
    assert.deepEqual(services.certificates.command, roles);
    const holders = Object.keys(services).filter((name) =>
      services[name].volumes?.some(({ source }) => source === "hop-authority"),
    );
    assert.deepEqual(holders, ["certificates"]);
    for (const name of [...models, "worker"]) {
      assert.equal(services[name].volumes.find(({ source }) => source === "keys").read_only, true, name);
    }
    const settings = roles.flatMap((name) => Object.entries(services[name].environment));
    for (const [setting, value] of settings)
      assert.doesNotMatch(`${setting}=${value}`, /cs_[0-9a-f]{8}|BEGIN|password/i);
  });

  test("gateways and the worker ask both model services, which share the places of the one Ollama", () => {
    const asked = models.map((name) => `https://${name}:7412`).join(",");
    for (const name of [...gateways, "worker"]) {
      assert.equal(services[name].environment.CODESAGA_MODEL_SERVICE, asked);
      assert.equal(services[name].environment.CODESAGA_UPSTREAM, undefined);
    }
    const { environment: ollama } = services["ollama-gpu"];
    for (const name of models) {
      const { environment: its } = services[name];
      assert.equal(Number(its.CODESAGA_PARALLEL) * models.length, Number(ollama.OLLAMA_NUM_PARALLEL));
      assert.equal(its.CODESAGA_CONTEXT_LENGTH, ollama.OLLAMA_CONTEXT_LENGTH);
      assert.equal(its.CODESAGA_MODEL, services.model.environment.MODEL);
      // Its conversations and its charges are the gateways'.
      assert.equal(its.CODESAGA_REDIS_URL, undefined);
    }
  });

  test("nginx knows every gateway, and takes none of them out for what it refuses", async () => {
    const [main, upstream] = await Promise.all(
      ["nginx.conf", "gateways.conf"].map((name) => readFile(path.join(deploy, "balancer", name), "utf8")),
    );
    const known = [...upstream.matchAll(/server ([\w-]+):7411 max_fails=0 resolve;/g)].map(([, name]) => name);
    assert.deepEqual(known, gateways);
    assert.match(main, /proxy_next_upstream error timeout http_503 non_idempotent;/);
    assert.match(main, /proxy_buffering off;/);
    const [{ target }] = services.balancer.ports;
    assert.match(main, new RegExp(`listen ${target} `));
  });

  test("Prometheus asks every process", async () => {
    const [{ scrape_configs }] = await readYaml(path.join(deploy, "monitoring", "prometheus-fleet.yml"));
    assert.deepEqual(
      scrape_configs.flatMap(({ static_configs }) => static_configs.flatMap(({ targets }) => targets)),
      roles.map((name) => `${name}:7411`),
    );
    const mounted = services.prometheus.volumes.filter(({ target }) => target === "/etc/prometheus/prometheus.yml");
    assert.deepEqual(
      mounted.map(({ source }) => path.basename(source)),
      ["prometheus-fleet.yml"],
    );
  });

  test("the image that makes certificates keeps hadolint's rules", async () => {
    const linted = await pythonTool("hadolint", [path.join(deploy, "hop", "Dockerfile")]);
    assert.equal(linted.code, 0, linted.stdout);
  });
});

describe("make-certificates.sh", () => {
  let folder;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "codesaga-hop-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const make = async (...names) => {
    const made = await run(path.join(deploy, "hop", "make-certificates.sh"), [folder, ...names]);
    assert.equal(made.code, 0, made.stderr);
    return made.stdout.trim().split("\n");
  };
  const certificate = async (...at) => new X509Certificate(await readFile(path.join(folder, ...at)));

  test("each gets a certificate for its names, and a key that nobody else reads", async () => {
    assert.deepEqual(await make("models-1,10.0.0.5,fd00::5", "gateway-1"), [
      "made the authority",
      "made models-1",
      "made gateway-1",
    ]);
    const [authority, own] = [
      await certificate("authority", "authority.pem"),
      await certificate("models-1", "own.pem"),
    ];
    assert.ok(authority.ca && !own.ca && own.verify(authority.publicKey) && own.checkIssued(authority));
    assert.equal(own.subjectAltName, "DNS:models-1, IP Address:10.0.0.5, IP Address:FD00:0:0:0:0:0:0:5");
    for (const key of ["authority/authority-key.pem", "models-1/own-key.pem"]) {
      assert.equal((await stat(path.join(folder, key))).mode & 0o777, 0o400, key);
    }
  });

  test("a second run makes what is missing or has another name, and leaves the rest", async () => {
    const before_ = await certificate("gateway-1", "own.pem");
    assert.deepEqual(await make("models-1", "gateway-1", "worker"), ["made models-1", "kept gateway-1", "made worker"]);
    assert.equal((await certificate("gateway-1", "own.pem")).serialNumber, before_.serialNumber);
  });

  test("with another authority all of them are made anew", async () => {
    await rm(path.join(folder, "authority"), { recursive: true });
    assert.deepEqual(await make("models-1", "worker"), ["made the authority", "made models-1", "made worker"]);
    const authority = await certificate("models-1", "authority.pem");
    assert.ok((await certificate("worker", "own.pem")).checkIssued(authority));
  });
});
