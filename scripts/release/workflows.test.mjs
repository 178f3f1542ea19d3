// What actionlint does not look at: that the workflows and the scripts speak of the same things, and whom they trust.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { root } from "../lib/places.mjs";
import { publishing } from "./publishing.mjs";
import { targets } from "./targets.mjs";

const folder = path.join(root, ".github", "workflows");
const texts = Object.fromEntries(
  readdirSync(folder).map((name) => [name, readFileSync(path.join(folder, name), "utf8")]),
);
const workflows = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, parse(text)]));
const { jobs } = workflows["release.yml"];

function* steps() {
  for (const [name, { jobs }] of Object.entries(workflows)) {
    for (const [job, { steps = [] }] of Object.entries(jobs))
      for (const step of steps) yield { where: `${name} ${job}`, step };
  }
}

test("every target of the scripts is built, and no other", () => {
  const built = jobs.build.strategy.matrix.include.map(({ target }) => target);
  assert.deepEqual(
    built,
    targets.map(({ target }) => target),
  );
});

test("the image is built with the Dockerfile that is there", () => {
  const built = jobs.image.steps.filter(({ uses }) => uses?.startsWith("docker/build-push-action@"));
  assert.equal(built.length, 1);
  assert.ok(existsSync(path.join(root, built[0].with.file)));
});

test("an action is named by its commit and, for people, its version; one action, one version", () => {
  const versions = new Map();
  for (const [name, text] of Object.entries(texts)) {
    for (const [, used] of text.matchAll(/^\s*(?:- )?uses: (.*)$/gm)) {
      if (used.startsWith("./")) continue;
      assert.match(used, /^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/, name);
      const [action, version] = used.split("@");
      assert.equal(versions.get(action) ?? version, version);
      versions.set(action, version);
    }
  }
  assert.ok(versions.size > 5);
});

test("nobody may more than the job needs, and no job runs for ever", () => {
  for (const [name, { permissions, jobs }] of Object.entries(workflows)) {
    assert.ok(JSON.stringify(permissions) === "{}" || JSON.stringify(permissions) === '{"contents":"read"}', name);
    for (const [job, { uses, ...rest }] of Object.entries(jobs)) {
      if (!uses) assert.ok(rest["timeout-minutes"] <= 90, `${name} ${job}`);
    }
  }
  const writers = Object.entries(jobs).filter(([, { permissions }]) => permissions.contents === "write");
  assert.deepEqual(
    writers.map(([job]) => job),
    ["draft"],
  );
  for (const { where, step } of steps()) {
    if (step.uses?.startsWith("actions/checkout@")) assert.equal(step.with["persist-credentials"], false, where);
    // What others can write (a title, a branch) is never pasted into a shell.
    assert.doesNotMatch(step.run ?? "", /\$\{\{/, where);
  }
});

test("tokens of the marketplaces are seen by the one job that a person has to allow", () => {
  const { publish, ...others } = jobs;
  assert.equal(publish.environment, "marketplaces");
  assert.doesNotMatch(JSON.stringify(others), /_PAT\b/);
  const published = publish.steps.filter(({ env }) => env);
  assert.deepEqual(
    published.map(({ run, env }) => [Object.keys(env), run]),
    publishing.map(({ token, command }) => [[token], `${command} out/*.vsix`]),
  );
});

test("nothing goes out of a run without a tag", () => {
  const onlyWithTag = (one) => one.if === "github.ref_type == 'tag'";
  assert.ok(onlyWithTag(jobs.image));
  const reached = new Set(["image"]);
  for (const [name, { needs = [] }] of Object.entries(jobs))
    if (needs.some((need) => reached.has(need))) reached.add(name);
  assert.deepEqual([...reached], ["image", "index", "draft", "publish"]);
  for (const step of jobs.assemble.steps) if (/attest/.test(step.uses ?? "")) assert.ok(onlyWithTag(step), step.uses);
});
