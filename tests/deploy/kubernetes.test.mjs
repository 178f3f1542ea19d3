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

const versions = ["1.29", "1.37"];

describe("the manifests", () => {
  let folder;
  let rendered;
  let objects;
  const kind = (wanted) => objects.filter((object) => object.kind === wanted);
  const pods = () => [...kind("Deployment"), ...kind("StatefulSet")];

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "codesaga-kubernetes-"));
    const { code, stdout, stderr } = await run(kubectl(), ["kustomize", deploy]);
    assert.equal(code, 0, stderr);
    rendered = path.join(folder, "rendered.yaml");
    await writeFile(rendered, stdout);
    objects = await readYaml(rendered);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  test("the schemas know every field of every object", async () => {
    const check = (version, file) => pythonTool("kubernetes-validate", ["--strict", "-k", version, file]);
    for (const version of versions) {
      const { code, stdout, stderr } = await check(version, rendered);
      assert.equal(code, 0, `${version}: ${stdout}${stderr}`);
    }
    const wrong = path.join(folder, "wrong.yaml");
    await writeFile(
      wrong,
      (await readFile(rendered, "utf8")).replace("readOnlyRootFilesystem", "readOnlyRootFileSystem"),
    );
    assert.notEqual((await check(versions[0], wrong)).code, 0, "a misspelt field is found");
  });

  test("every file is in it, and the script that brings the model too", async () => {
    const [{ resources }] = await readYaml(path.join(deploy, "kustomization.yaml"));
    const files = (await readdir(path.join(deploy, "kubernetes"))).map((name) => `kubernetes/${name}`);
    assert.deepEqual(files.sort(), [...resources].sort());
    const script = kind("ConfigMap").find(({ metadata }) => metadata.name.startsWith("prepare-model-"));
    const own = await readFile(path.join(deploy, "model", "prepare-model.sh"), "utf8");
    assert.equal(script.data["prepare-model.sh"], own);
    const { volumes } = kind("StatefulSet").find(({ metadata }) => metadata.name === "ollama").spec.template.spec;
    assert.equal(volumes[0].configMap.name, script.metadata.name);
    for (const { kind: what, metadata } of objects) {
      if (what !== "Namespace") assert.equal(metadata.namespace, "codesaga", metadata.name);
    }
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

  test("the server alone reaches the model server and Redis, and nothing is published", () => {
    const policy = (name) => kind("NetworkPolicy").find(({ metadata }) => metadata.name === name).spec;
    assert.deepEqual(policy("nothing-in"), { podSelector: {}, policyTypes: ["Ingress"] });
    const { podSelector, ingress } = policy("proxy-to-models-and-memory");
    assert.deepEqual(podSelector.matchExpressions[0].values, ["ollama", "redis"]);
    assert.deepEqual(ingress, [{ from: [{ podSelector: { matchLabels: { app: "codesaga-proxy" } } }] }]);
    for (const { metadata, spec } of kind("Service")) assert.equal(spec.type, undefined, metadata.name);
  });

  test("what selects finds what it is meant for", () => {
    const labels = pods().map(({ spec }) => spec.template.metadata.labels.app);
    for (const { metadata, spec } of kind("Service")) assert.ok(labels.includes(spec.selector.app), metadata.name);
    for (const { metadata, spec } of pods())
      assert.deepEqual(spec.selector.matchLabels, spec.template.metadata.labels, metadata.name);
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
});
