// What is measured, built as it ships, each part when it is first needed; or what was built already, when it is named.

import { createRequire } from "node:module";
import path from "node:path";
import { canInstall, install, installCommand } from "../lib/debian.mjs";
import { Expected } from "../lib/expected.mjs";
import { findProgram } from "../lib/find.mjs";
import { installModel, startModel } from "../lib/model.mjs";
import { debugBinaries, root } from "../lib/places.mjs";
import { installRedis } from "../lib/redis.mjs";
import { compiling } from "../lib/rust.mjs";
import { installLiteLlm } from "./litellm.mjs";
import { installTabby } from "./tabby.mjs";

/** As the image has it. */
const shipped = ["build", "--release", "--locked", "-p", "codesaga-proxy", "--features", "codesaga-proxy/kafka"];

/**
 * @param {{ addon?: string, proxy?: string, "without-litellm"?: boolean, "soak-seconds"?: number, "fleet-seconds"?: number }} given files to measure
 *   instead of building them, and how to measure
 */
export function openPrograms(kit, given) {
  const { processes, progress, say } = kit;
  const ready = new Set();
  const programs = {
    kit,
    processes,
    startModel: () => startModel(kit),
    withoutLiteLlm: given["without-litellm"] === true,
    soakSeconds: given["soak-seconds"],
    fleetSeconds: given["fleet-seconds"],
  };

  const build = {
    async addon() {
      if (!given.addon) {
        await progress.step(say("Build the engine"), (detail) =>
          processes.run("bench-native", "npm", ["run", "build:release", "-w", "native"], {
            onLine: compiling(detail),
          }),
        );
      }
      programs.addonFile = given.addon ?? path.join(root, "native", "codesaga.node");
      programs.addon = createRequire(import.meta.url)(programs.addonFile);
    },
    /** As it ships: around the addon of the release profile. */
    async vsix() {
      if (given.addon) return;
      await programs.prepare(["addon"]);
      await progress.step(say("Build and pack the extension"), () =>
        processes.run("bench-extension", "npm", ["run", "package", "-w", "extension"]),
      );
    },
    async proxy() {
      if (!given.proxy) {
        await progress.step(say("Build {0}", "codesaga-proxy"), (detail) =>
          processes.run("bench-proxy", "cargo", shipped, {
            onLine: compiling(detail),
          }),
        );
      }
      programs.proxyProgram = given.proxy ?? path.join(debugBinaries, "..", "release", "codesaga-proxy");
    },
    async reader() {
      const args = ["build", "--release", "--locked", "-p", "saga-prompt", "--example", "read_answers"];
      await progress.step(say("Build {0}", "read_answers"), (detail) =>
        processes.run("bench-reader", "cargo", args, { onLine: compiling(detail) }),
      );
      programs.readerProgram = path.join(debugBinaries, "..", "release", "examples", "read_answers");
    },
    model: () => installModel(kit),
    tabby: () => installTabby(kit),
    litellm: () => (programs.withoutLiteLlm ? undefined : installLiteLlm(kit)),
    redis: () => installRedis(kit),
    nginx: () => debian("nginx", kit),
    wrk: () => debian("wrk", kit),
  };

  /** Makes these parts ready; those that are already cost nothing. */
  programs.prepare = async (needs) => {
    for (const need of needs) {
      if (ready.has(need)) continue;
      await build[need]();
      ready.add(need);
    }
  };
  return programs;
}

async function debian(name, kit) {
  if (findProgram(name, ["/usr/sbin"])) return;
  if (!canInstall()) throw new Expected(`${name} is missing: ${installCommand([name])} and run this again`);
  await kit.progress.step(kit.say("Install {0}", name), (detail) => install([name], kit, detail));
}
