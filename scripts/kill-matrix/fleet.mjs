// A fleet on this machine: a gateway, a model service, a worker, a Kafka broker, a Redis and a scripted model server.
// Each is killed as the system kills, without a word, and started again with what it had on its disk.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { findProgram } from "../lib/find.mjs";
import { kafkaBroker, kafkaJars } from "../lib/kafka.mjs";
import { answers, freePort } from "../lib/ports.mjs";
import { program } from "../lib/rust.mjs";
import { redisClient, startSlowWire } from "./redis.mjs";

const readyMs = 120_000;
// A round trip takes twice as long; the store may take fifty.
const wireMs = 1;
/** Seconds after which a worker that says nothing has lost its jobs. */
const leaseSeconds = 3;

/** Starts all of it; `kit` ends it. */
export async function startFleet(kit) {
  const { processes } = kit;
  const folder = await mkdtemp(path.join(tmpdir(), "kill-matrix-"));
  const ports = {};
  const names = ["redis", "broker", "controller", "upstream", "gateway", "worker", "workerHttp", "model", "modelHttp"];
  for (const name of names) ports[name] = await freePort();
  const url = (name) => `http://127.0.0.1:${ports[name]}`;
  const redis = redisClient(ports.redis);
  const wire = await startSlowWire(ports.redis, wireMs);
  const running = {};

  const proxy = (role, http, env) => async () => {
    running[role] = processes.start(`kill-${role}`, program("codesaga-proxy"), ["--role", role], {
      env: {
        CODESAGA_KEYS_FILE: undefined,
        CODESAGA_LISTEN: `127.0.0.1:${ports[http]}`,
        CODESAGA_UPSTREAM: url("upstream"),
        CODESAGA_REDIS_URL: `redis://127.0.0.1:${wire}`,
        CODESAGA_BUS: "kafka",
        CODESAGA_KAFKA_BROKERS: `127.0.0.1:${ports.broker}`,
        CODESAGA_ANSWER_CACHE: "off",
        CODESAGA_JOB_LEASE_SECONDS: `${leaseSeconds}`,
        ...env,
      },
    });
    await answers(`${url(http)}/healthz`, running[role], { deadlineMs: readyMs });
  };
  const modelService = { CODESAGA_MODEL_SERVICE: `http://127.0.0.1:${ports.model}` };

  const start = {
    async redis() {
      const kept = ["--dir", folder, "--appendonly", "yes", "--appendfsync", "always", "--save", ""];
      const args = ["--bind", "127.0.0.1", "--port", `${ports.redis}`, ...kept];
      running.redis = processes.start("kill-redis", findProgram("redis-server"), args);
      await until(async () => (await redis("PING")) === "PONG", "Redis");
    },
    async broker() {
      const args = [kafkaJars, path.join(folder, "kafka"), `${ports.broker}`, `${ports.controller}`];
      let isUp = false;
      const onLine = (line) => {
        isUp ||= line.includes("Kafka Server started");
      };
      running.broker = processes.start("kill-broker", kafkaBroker, args, { onLine });
      await until(() => isUp, "Kafka");
    },
    async upstream() {
      const args = ["--model-shape", "bllossom-shape", "--port", `${ports.upstream}`];
      running.upstream = processes.start("kill-upstream", program("scripted-ollama"), args);
      await answers(`${url("upstream")}/api/version`, running.upstream);
    },
    model: proxy("model", "modelHttp", { CODESAGA_GRPC_LISTEN: `127.0.0.1:${ports.model}` }),
    gateway: proxy("gateway", "gateway", modelService),
    worker: proxy("worker", "workerHttp", modelService),
  };
  await Promise.all([start.redis(), start.broker(), start.upstream()]);
  for (const part of ["model", "gateway", "worker"]) await start[part]();
  await answers(`${url("gateway")}/readyz`, running.gateway, { deadlineMs: readyMs });

  const script = (path_, method, body) =>
    fetch(`${url("upstream")}/_script${path_}`, { method, body: body && JSON.stringify(body) }).then((r) => r.json());
  return {
    gateway: url("gateway"),
    http: ["gateway", "workerHttp", "modelHttp"].map(url),
    redis,
    /** Kills it where it stands, and returns when it is gone. */
    async kill(part) {
      process.kill(-running[part].pid, "SIGKILL");
      await running[part].ended;
    },
    startAgain: (part) => start[part](),
    upstream: {
      say: (rules) => script("", "PUT", rules),
      /** Rules, and what was asked. */
      forget: () => script("", "DELETE"),
      release: () => script("/release", "POST"),
      asked: async () => (await script("/requests?path=/api/chat", "GET")).requests,
    },
    /** How many messages were given up. */
    async deadLetters() {
      const env = {
        CODESAGA_BUS: "kafka",
        CODESAGA_KAFKA_BROKERS: `127.0.0.1:${ports.broker}`,
        CODESAGA_KEYS_FILE: undefined,
      };
      const list = await processes.run("kill-dead-letters", program("codesaga-proxy"), ["dead-letters", "list"], {
        env,
      });
      await rm(folder, { recursive: true, force: true });
      return list.split("\n").filter(Boolean).length - 1;
    },
  };
}

/** Asks again until it is so. */
export async function until(isSo, what, deadlineMs = readyMs, everyMs = 20) {
  const deadline = Date.now() + deadlineMs;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`${what}: not within ${deadlineMs / 1_000} s`);
    await wait(everyMs);
  }
}
