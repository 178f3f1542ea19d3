// `npm test`: everything that must hold, in order, on a fresh clone. CI runs the same.
// It goes on after a failure, except with what needs the failed step, and ends with one line of counts.
import { readdirSync } from "node:fs";
import path from "node:path";
import { readArguments, WrongArguments } from "./lib/arguments.mjs";
import { installBrowser } from "./lib/browser.mjs";
import { installClients } from "./lib/clients.mjs";
import { cargoCounts, failuresIn, nodeCounts, wrongWith } from "./lib/counts.mjs";
import { checkDependencies } from "./lib/deny.mjs";
import { installDeployTools } from "./lib/deploy-tools.mjs";
import { installEditor } from "./lib/editor.mjs";
import { packExtension } from "./lib/extension.mjs";
import { installKafka } from "./lib/kafka.mjs";
import { runScript } from "./lib/kit.mjs";
import { installModel } from "./lib/model.mjs";
import { installNodeModules } from "./lib/node-modules.mjs";
import { root } from "./lib/places.mjs";
import { seconds } from "./lib/progress.mjs";
import { installRedis } from "./lib/redis.mjs";
import { compiling } from "./lib/rust.mjs";
import { checkTools } from "./lib/tools.mjs";
import { checkWorkflows } from "./lib/workflows.mjs";

const stepLimitMs = 25 * 60_000;
const shownOnFailure = 200;
// The proxy as the image has it. One set of features in every step, so that it is compiled once.
const features = ["--features", "codesaga-proxy/kafka"];
const scriptTests = readdirSync(path.join(root, "scripts"), { recursive: true })
  .filter((name) => name.endsWith(".test.mjs"))
  .map((name) => path.join("scripts", name));
const clientTests = readdirSync(path.join(root, "tests", "clients"))
  .filter((name) => name.endsWith(".test.mjs"))
  .map((name) => path.join("tests", "clients", name));
const deployTests = readdirSync(path.join(root, "tests", "deploy"))
  .filter((name) => name.endsWith(".test.mjs"))
  .map((name) => path.join("tests", "deploy", name));
const releaseTests = readdirSync(path.join(root, "tests", "release"))
  .filter((name) => name.endsWith(".test.mjs"))
  .map((name) => path.join("tests", "release", name));

// Property tests walk the same cases in every run, so that a commit is green or red whoever runs it; `cargo test`
// alone walks new ones each time.
process.env.PROPTEST_RNG_SEED ??= "7411";

/**
 * The steps in order. `work` throws when the step failed; it gives counts when it ran tests, and a step without
 * counts is one check. `needs` names steps without which it cannot run.
 */
const steps = {
  tools: { work: checkTools },
  packages: { work: installNodeModules, needs: ["tools"] },
  parts: { work: installParts, needs: ["tools"] },
  biome: { work: npx("biome", "check", "--error-on-warnings"), needs: ["packages"] },
  // Apart from the other parts: where they cannot be had (buildah is Linux's), only what checks deploy/ is not run.
  "deploy-tools": { work: installDeployTools, needs: ["tools"] },
  workflows: { work: checkWorkflows, needs: ["deploy-tools"] },
  scripts: { work: tests("node", "--test", ...scriptTests), needs: ["packages"] },
  fmt: { work: cargo("fmt", "--check"), needs: ["tools"] },
  clippy: {
    work: cargo("clippy", "--workspace", "--all-targets", ...features, "--locked", "--", "-D", "warnings"),
    needs: ["tools"],
  },
  deny: { work: checkDependencies, needs: ["tools"] },
  cargo: { work: tests("cargo", "test", "--workspace", ...features, "--locked", "--no-fail-fast"), needs: ["parts"] },
  native: { work: npm("run", "check", "-w", "native"), needs: ["packages"] },
  tsc: { work: npm("run", "typecheck", "-w", "extension"), needs: ["packages"] },
  "native-tests": { work: tests("npm", "test", "-w", "native"), needs: ["native"] },
  extension: { work: tests("npm", "test", "-w", "extension"), needs: ["native", "parts"] },
  vsix: { work: packExtension, needs: ["native"] },
  release: { work: tests("node", "--test", "--test-concurrency=1", ...releaseTests), needs: ["vsix"] },
  // With what the tests were built with, since another set of features would compile most of it again.
  programs: {
    work: cargo("build", "--workspace", "--all-targets", ...features, "--locked"),
    needs: ["tools"],
  },
  clients: {
    work: tests("node", "--test", "--test-concurrency=1", ...clientTests),
    needs: ["parts", "programs"],
  },
  deploy: { work: checkDeploy, needs: ["parts", "deploy-tools", "programs"] },
  "kill-matrix": {
    work: command("node", ["scripts/kill-matrix.mjs", "--short", "--built"]),
    needs: ["parts", "programs"],
  },
  "end-to-end": {
    work: tests("npm", "test", "-w", "tests/end-to-end"),
    needs: ["packages", "parts", "vsix", "programs"],
  },
};

await runScript(async (kit) => {
  const { progress, say } = kit;
  const flags = readArguments({ only: stepName(say), help: null }, say);
  if (flags.help) {
    progress.line(`npm test -- [--only STEP]\n\nSteps, in order: ${Object.keys(steps).join(", ")}`);
    return 0;
  }
  const chosen = flags.only ? [flags.only] : Object.keys(steps);
  const started = Date.now();
  const total = { passed: 0, failed: 0 };
  const failed = new Set();
  for (const name of chosen) {
    const counts = await runStep(name, failed, kit);
    total.passed += counts.passed;
    total.failed += counts.failed;
  }
  progress.line(
    `\n${failed.size > 0 ? `Failed: ${[...failed].join(", ")}` : "Everything passed"} in ${seconds(Date.now() - started)}`,
  );
  progress.line(`${total.passed} passed, ${total.failed} failed`);
  return total.failed > 0 ? 1 : 0;
});

async function runStep(name, failed, kit) {
  const { work, needs = [] } = steps[name];
  const absent = needs.filter((need) => failed.has(need));
  if (absent.length > 0) {
    failed.add(name);
    kit.progress.line(`✗ ${name}: not run, it needs ${absent.join(", ")}`);
    return { passed: 0, failed: 1 };
  }
  try {
    const counts = await kit.progress.step(name, (detail) => work({ ...kit, detail }));
    if (typeof counts?.passed !== "number") return { passed: 1, failed: 0 };
    kit.progress.line(`  ${counts.passed} passed`);
    return counts;
  } catch (error) {
    failed.add(name);
    kit.progress.line(
      [...(error.tail ?? []), "", error.tail ? error.message : (error.stack ?? error.message)].join("\n"),
    );
    return { passed: error.counts?.passed ?? 0, failed: Math.max(1, error.counts?.failed ?? 0) };
  }
}

/** Everything that is not ours: the browser, Redis, Kafka, the editor, the small model, others' clients. */
async function installParts(kit) {
  await installBrowser(kit);
  await installRedis(kit);
  await installKafka(kit);
  await installModel(kit);
  await installEditor(kit);
  await installClients(kit);
}

/** Alone, with `--only deploy`, it has to bring its own tools. */
async function checkDeploy(kit) {
  await installDeployTools(kit);
  return tests("node", "--test", "--test-concurrency=2", ...deployTests)(kit);
}

function command(program, args, show = () => () => {}) {
  return ({ processes, detail }) =>
    processes.run(`test-${[program, ...args].slice(0, 4).join("-").replaceAll("/", "-")}`, program, args, {
      onLine: show(detail),
      limitMs: stepLimitMs,
      tailLines: shownOnFailure,
    });
}

function npm(...args) {
  return command("npm", args, compiling);
}

function npx(...args) {
  return command("npx", ["--no-install", ...args]);
}

function cargo(...args) {
  return command("cargo", args, compiling);
}

/** A command that runs tests: its counts, and an error when one failed, one was skipped or none ran. */
function tests(program, ...args) {
  const count = program === "cargo" ? cargoCounts : nodeCounts;
  return async (kit) => {
    const lines = [];
    const show = (detail) => {
      const showCrate = compiling(detail);
      return (line) => {
        lines.push(line);
        showCrate(line);
      };
    };
    const failure = await command(
      program,
      args,
      show,
    )(kit).then(
      () => undefined,
      (error) => error,
    );
    const counts = count(lines.join("\n"));
    const wrong = failure?.message ?? wrongWith(counts);
    if (!wrong) return counts;
    const error = failure ?? new Error(wrong);
    const shown = failuresIn(lines).slice(0, shownOnFailure);
    throw Object.assign(error, { counts, tail: shown.length > 0 ? shown : (error.tail ?? []) });
  };
}

function stepName(say) {
  return (text) => {
    if (!steps[text]) throw new WrongArguments(say("--{0} {1}: use {2}", "only", text, Object.keys(steps).join(", ")));
    return text;
  };
}
