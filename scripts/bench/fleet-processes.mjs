// The processes of a fleet on one machine: gateways behind nginx, model services, workers, a Redis cluster of three, and
// Kafka. Each is ended and started again in its place, as a rolling restart does it.

import { mkdir, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { findProgram } from "../lib/find.mjs";
import { installKafka, kafkaBroker, kafkaJars } from "../lib/kafka.mjs";
import { run } from "../lib/places.mjs";
import { answers, freePort } from "../lib/ports.mjs";

const home = path.join(run, "bench-fleet");
const READY_MS = 60_000;
const LOOK_AGAIN_MS = 50;
const REDIS_NODES = 3;

/** Three nodes that share the keys; `url` is what the proxy takes. */
export async function startRedisCluster({ processes }) {
  const nodes = [];
  for (let number = 0; number < REDIS_NODES; number += 1) {
    const [port, bus] = [await freePort(), await freePort()];
    const folder = path.join(home, `redis-${number}`);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    const flags = { port, "cluster-port": bus, "cluster-enabled": "yes", dir: folder, save: "", appendonly: "no" };
    const given = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const program = processes.start(`bench-redis-${number}`, findProgram("redis-server"), given);
    nodes.push({ port, bus, program });
  }
  await Promise.all(nodes.map(({ port, program }) => listens(port, program)));
  const tell = (port, ...words) =>
    processes.run("bench-redis-cli", findProgram("redis-cli"), ["-p", String(port), ...words.map(String)]);
  const share = Math.ceil(16_384 / REDIS_NODES);
  for (const [number, { port }] of nodes.entries()) {
    await tell(port, "cluster", "addslotsrange", number * share, Math.min(16_383, (number + 1) * share - 1));
    await tell(port, "cluster", "set-config-epoch", number + 1);
  }
  for (const { port, bus } of nodes.slice(1)) await tell(nodes[0].port, "cluster", "meet", "127.0.0.1", port, bus);
  for (const { port } of nodes) {
    await until(async () => (await tell(port, "cluster", "info")).includes("cluster_state:ok"));
  }
  return {
    url: `redis-cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(",")}`,
    /** Bytes that all nodes together hold. */
    async bytes() {
      const told = await Promise.all(nodes.map(({ port }) => tell(port, "info", "memory")));
      return told.reduce((sum, text) => sum + Number(/used_memory:(\d+)/.exec(text)[1]), 0);
    },
    end: () => Promise.all(nodes.map(({ program }) => program.end())),
  };
}

/** One broker of Kafka, as its tests start it. */
export async function startKafka(kit) {
  await installKafka(kit);
  const [port, controller] = [await freePort(), await freePort()];
  const folder = path.join(home, "kafka");
  await rm(folder, { recursive: true, force: true });
  const program = kit.processes.start(
    "bench-kafka",
    "bash",
    [kafkaBroker, kafkaJars, folder, port, controller].map(String),
  );
  await listens(port, program);
  return { brokers: `127.0.0.1:${port}`, end: program.end };
}

/** nginx before some gateways, which tries the next one when one is not there. */
export async function startBalancer({ processes }, gateways) {
  const folder = path.join(home, "nginx");
  await mkdir(path.join(folder, "tmp"), { recursive: true });
  const [port, errors, file] = [await freePort(), path.join(folder, "error.log"), path.join(folder, "nginx.conf")];
  const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${path.join(folder, "tmp", name)};`)
    .join(" ");
  // One that is full refuses as well. Were that counted against it, none would be left in a rush.
  const servers = gateways.map((at) => `server 127.0.0.1:${at} max_fails=0;`).join(" ");
  await writeFile(
    file,
    `daemon off; worker_processes 1; pid ${path.join(folder, "nginx.pid")}; error_log ${errors};
     events { worker_connections 8192; }
     http {
       access_log off; ${paths} client_body_buffer_size 256k;
       upstream gateways { ${servers} keepalive 64; }
       server {
         listen 127.0.0.1:${port} backlog=4096;
         location / {
           proxy_pass http://gateways; proxy_http_version 1.1; proxy_set_header Connection "";
           proxy_buffering off; proxy_read_timeout 300s;
           # A gateway that is being restarted says 503 before anything is done.
           proxy_next_upstream error http_503 non_idempotent;
         }
       }
     }`,
  );
  const program = processes.start("bench-fleet-nginx", findProgram("nginx", ["/usr/sbin"]), ["-c", file, "-e", errors]);
  await listens(port, program);
  return { url: `http://127.0.0.1:${port}`, end: program.end };
}

/**
 * A process of the proxy with a role, on ports that stay its own: `restart()` ends it with SIGTERM, waits until it has
 * drained, and starts it again.
 */
export async function startRole({ processes, proxyProgram }, role, number, env) {
  const [port, grpc] = [await freePort(), await freePort()];
  const member = { role, port, grpc, restart, end: () => member.program.end(), pid: () => member.program.pid };
  await begin();
  return member;

  async function begin() {
    member.program = processes.start(`bench-${role}-${number}`, proxyProgram, ["--role", role], {
      env: { ...env, CODESAGA_LISTEN: `127.0.0.1:${port}`, CODESAGA_GRPC_LISTEN: `127.0.0.1:${grpc}` },
    });
    if (role === "gateway") await answers(`http://127.0.0.1:${port}/readyz`, member.program);
    else if (role === "model") await listens(grpc, member.program);
  }

  async function restart(graceMs) {
    process.kill(member.program.pid, "SIGTERM");
    const late = setTimeout(() => member.program.end(), graceMs);
    await member.program.ended;
    clearTimeout(late);
    await begin();
  }
}

async function listens(port, program) {
  const stopped = { yes: false };
  program.ended.then((failure) => Object.assign(stopped, { yes: true, failure }));
  await until(() => {
    if (stopped.yes) throw stopped.failure ?? new Error(`${program.name} ended before it listened`);
    return new Promise((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(true)).on("error", () => resolve(false));
      socket.on("connect", () => socket.destroy());
    });
  });
}

async function until(isTrue) {
  const deadline = Date.now() + READY_MS;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error("a part of the fleet did not start within a minute");
    await wait(LOOK_AGAIN_MS);
  }
}
