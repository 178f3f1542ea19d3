// deploy/kubernetes: what `kubectl apply -k` would send, rendered by kubectl. Every object of it against Kubernetes' own
// schemas, with nothing in it that they do not know, for the oldest and the newest version that is spoken of; and what must
// hold of them. No cluster is started.
import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { kubectl } from "../../scripts/lib/deploy-tools.mjs";
import { deploy, pythonTool, readSettings, readYaml, run } from "./support.mjs";

/** What may be applied, and the oldest and the newest version that it is for. */
const ways = {
  alone: { kustomization: { resources: [deploy] }, versions: ["1.29", "1.37"], own: ofServers },
  "as a fleet": {
    kustomization: { resources: [deploy], components: [path.join(deploy, "kubernetes", "fleet")] },
    versions: ["1.30", "1.37"],
    own: ofFleet,
  },
};

for (const [way, { kustomization, versions, own }] of Object.entries(ways)) {
  describe(`the manifests, ${way}`, () => checkWay(kustomization, versions, own));
}

function checkWay(kustomization, versions, own) {
  let folder;
  let rendered;
  let objects;
  const kind = (wanted) => objects.filter((object) => object.kind === wanted);
  const named = (wanted, name) => kind(wanted).find(({ metadata }) => metadata.name === name);
  const pods = () => [...kind("Deployment"), ...kind("StatefulSet")];

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "codesaga-kubernetes-"));
    // An overlay as a person would have one, which takes no absolute path.
    const near = Object.entries(kustomization).map(([what, all]) => [
      what,
      all.map((each) => path.relative(folder, each)),
    ]);
    await writeFile(path.join(folder, "kustomization.yaml"), JSON.stringify(Object.fromEntries(near)));
    const { code, stdout, stderr } = await run(kubectl(), ["kustomize", folder]);
    assert.equal(code, 0, stderr);
    rendered = path.join(folder, "rendered.yaml");
    await writeFile(rendered, stdout);
    objects = await readYaml(rendered);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  test("the schemas know every field of every object", async () => {
    const check = (version, file) => pythonTool("kubernetes-validate", ["--strict", "-k", version, file]);
    const wrong = path.join(folder, "wrong.yaml");
    const text = await readFile(rendered, "utf8");
    await writeFile(wrong, text.replace("readOnlyRootFilesystem", "readOnlyRootFileSystem"));
    const checks = [...versions.map((version) => check(version, rendered)), check(versions[0], wrong)];
    const [misspelt, ...right] = (await Promise.all(checks)).reverse();
    for (const { code, stdout, stderr } of right) assert.equal(code, 0, stdout + stderr);
    assert.notEqual(misspelt.code, 0, "a misspelt field is found");
  });

  test("every container is bounded, confined and of one version; the server and Redis run as nobody", () => {
    for (const { metadata, spec } of pods()) {
      const pod = spec.template.spec;
      assert.equal(pod.automountServiceAccountToken, false, metadata.name);
      assert.equal(pod.securityContext.seccompProfile.type, "RuntimeDefault", metadata.name);
      if (metadata.name !== "ollama") assert.equal(pod.securityContext.runAsNonRoot, true, metadata.name);
      for (const container of pod.containers) {
        const { allowPrivilegeEscalation, capabilities, readOnlyRootFilesystem } = container.securityContext;
        assert.deepEqual([allowPrivilegeEscalation, capabilities], [false, { drop: ["ALL"] }], container.name);
        if (container.name !== "ollama") assert.equal(readOnlyRootFilesystem, true, container.name);
        assert.ok(container.resources.limits.memory, container.name);
        assert.match(container.image, /:\d[\w.-]+$/, container.name);
      }
    }
  });

  test("what selects finds what it is meant for", () => {
    const labels = pods().map(({ spec }) => spec.template.metadata.labels.app);
    for (const { metadata, spec } of kind("Service")) assert.ok(labels.includes(spec.selector.app), metadata.name);
    for (const { metadata, spec } of pods())
      assert.deepEqual(spec.selector.matchLabels, spec.template.metadata.labels, metadata.name);
  });

  test("all of it is in one namespace", () => {
    for (const { kind: what, metadata } of objects) {
      if (what !== "Namespace") assert.equal(metadata.namespace, "codesaga", metadata.name);
    }
  });

  own({ kind, named, pods });
}

function ofServers({ kind }) {
  test("every file is in it, and the script that brings the model too", async () => {
    const [{ resources }] = await readYaml(path.join(deploy, "kustomization.yaml"));
    const files = await readdir(path.join(deploy, "kubernetes"));
    const own = files.filter((name) => name.endsWith(".yaml")).map((name) => `kubernetes/${name}`);
    assert.deepEqual(own.sort(), [...resources].sort());
    const script = kind("ConfigMap").find(({ metadata }) => metadata.name.startsWith("prepare-model-"));
    const text = await readFile(path.join(deploy, "model", "prepare-model.sh"), "utf8");
    assert.equal(script.data["prepare-model.sh"], text);
    const { volumes } = kind("StatefulSet").find(({ metadata }) => metadata.name === "ollama").spec.template.spec;
    assert.equal(volumes[0].configMap.name, script.metadata.name);
  });

  test("the server alone reaches the model server and Redis, and nothing is published", () => {
    const policy = (name) => kind("NetworkPolicy").find(({ metadata }) => metadata.name === name).spec;
    assert.deepEqual(policy("nothing-in"), { podSelector: {}, policyTypes: ["Ingress"] });
    const { podSelector, ingress } = policy("proxy-to-models-and-memory");
    assert.deepEqual(podSelector.matchExpressions[0].values, ["ollama", "redis"]);
    assert.deepEqual(ingress, [{ from: [{ podSelector: { matchLabels: { app: "codesaga-proxy" } } }] }]);
    for (const { metadata, spec } of kind("Service")) assert.equal(spec.type, undefined, metadata.name);
  });

  test("the model is loaded as the server asks for it, and as everywhere else", async () => {
    const { data } = kind("ConfigMap").find(({ metadata }) => metadata.name === "codesaga-proxy");
    const ollama = kind("StatefulSet").find(({ metadata }) => metadata.name === "ollama").spec.template.spec;
    const env = Object.fromEntries(ollama.containers[0].env.map(({ name, value }) => [name, value]));
    assert.equal(env.OLLAMA_CONTEXT_LENGTH, data.CODESAGA_CONTEXT_LENGTH);
    assert.equal(env.OLLAMA_NUM_PARALLEL, data.CODESAGA_PARALLEL);
    const proxy = await readSettings(path.join(deploy, "systemd", "proxy.env"));
    for (const name of ["CODESAGA_MODEL", "CODESAGA_CONTEXT_LENGTH", "CODESAGA_PARALLEL", "CODESAGA_KEEP_ALIVE"]) {
      assert.equal(data[name], proxy[name], name);
    }
  });
}

function ofFleet({ kind, named, pods }) {
  const env = (workload) => {
    const all = workload.spec.template.spec.containers[0].env;
    return Object.fromEntries(all.map(({ name, value, valueFrom }) => [name, value ?? valueFrom]));
  };

  test("each process has its role, and gateways and workers ask every model service there is", () => {
    const gateway = env(named("Deployment", "codesaga-proxy"));
    const worker = env(named("Deployment", "codesaga-worker"));
    const models = named("StatefulSet", "codesaga-models");
    const its = env(models);
    assert.deepEqual([gateway.CODESAGA_ROLE, worker.CODESAGA_ROLE, its.CODESAGA_ROLE], ["gateway", "worker", "model"]);
    const asked = Array.from(
      { length: models.spec.replicas },
      (_, number) => `https://codesaga-models-${number}.codesaga-models:7412`,
    );
    assert.deepEqual(
      [gateway.CODESAGA_MODEL_SERVICE, worker.CODESAGA_MODEL_SERVICE],
      [asked.join(","), asked.join(",")],
    );
    assert.equal(its.CODESAGA_UPSTREAM, "http://ollama-$(NUMBER).ollama:11434");
    assert.equal(named("StatefulSet", "ollama").spec.replicas, models.spec.replicas);
    // Its conversations and its charges are the gateways'.
    assert.equal(its.CODESAGA_REDIS_URL, undefined);
    assert.equal(models.spec.template.spec.containers[0].envFrom, undefined);
  });

  test("every process is of one release", () => {
    const ours = pods().filter(({ metadata }) => metadata.name.startsWith("codesaga-"));
    const images = ours.map(({ spec }) => spec.template.spec.containers[0].image);
    assert.deepEqual([images.length, new Set(images).size], [3, 1], images.join(", "));
  });

  test("a gateway is replaced without a gap, and has time to drain", () => {
    const { spec } = named("Deployment", "codesaga-proxy");
    assert.equal(spec.replicas, undefined, "the scaler says how many");
    assert.deepEqual(spec.strategy.rollingUpdate, { maxUnavailable: 0, maxSurge: 1 });
    const pod = spec.template.spec;
    const { lifecycle, readinessProbe } = pod.containers[0];
    assert.equal(readinessProbe.httpGet.path, "/readyz");
    const drain = 20;
    assert.ok(pod.terminationGracePeriodSeconds > lifecycle.preStop.sleep.seconds + drain);
    const [scaler] = kind("HorizontalPodAutoscaler");
    assert.equal(scaler.spec.scaleTargetRef.name, "codesaga-proxy");
    assert.ok(scaler.spec.minReplicas >= 2);
    const kept = kind("PodDisruptionBudget").map(({ metadata, spec: { minAvailable } }) => [
      metadata.name,
      minAvailable,
    ]);
    assert.deepEqual(kept.sort(), [
      ["codesaga-models", 1],
      ["codesaga-proxy", 1],
      ["codesaga-worker", 1],
    ]);
  });

  test("each shows a certificate of its own, and no secret is in plain text", () => {
    const ours = pods().filter(({ metadata }) => metadata.name.startsWith("codesaga-"));
    const shown = ours.map(({ spec }) => spec.template.spec.volumes.find(({ name }) => name === "hop").secret);
    assert.deepEqual(shown.map(({ secretName }) => secretName).sort(), [
      "codesaga-hop-gateway",
      "codesaga-hop-models",
      "codesaga-hop-worker",
    ]);
    for (const { defaultMode } of shown) assert.equal(defaultMode, 0o440);
    assert.deepEqual(kind("Secret"), []);
  });

  test("only the ways of a fleet are open, and only gateways are reached by others", () => {
    const open = kind("NetworkPolicy").flatMap(({ spec: { podSelector, ingress = [] } }) =>
      ingress.map(({ from = [], ports }) => ({
        to: podSelector.matchLabels.app,
        from: from.map(({ podSelector: who }) => who.matchLabels?.app ?? who.matchExpressions[0].values.join(" ")),
        ports: ports.map(({ port }) => port),
      })),
    );
    assert.deepEqual(
      open.sort((one, other) => one.to.localeCompare(other.to)),
      [
        { to: "codesaga-models", from: ["codesaga-proxy codesaga-worker"], ports: ["hop"] },
        { to: "codesaga-proxy", from: [], ports: ["http"] },
        { to: "ollama", from: ["codesaga-models"], ports: ["ollama"] },
        { to: "redis", from: ["codesaga-proxy codesaga-worker"], ports: ["redis"] },
      ],
    );
    assert.deepEqual(named("NetworkPolicy", "nothing-in").spec.podSelector, {});
    for (const { metadata, spec } of kind("Service")) assert.equal(spec.type, undefined, metadata.name);
  });
}
