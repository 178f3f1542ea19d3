// fleet.yaml without containers: every process with the settings, the certificates and the nginx that it has there. What differs
// is where things are, since all of it runs on this machine.
import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createConnection } from "node:net";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { findProgram } from "../../scripts/lib/find.mjs";
import { answers, freePort } from "../../scripts/lib/ports.mjs";
import { program } from "../../scripts/lib/rust.mjs";
import { composeProject, deploy, run, settingsOf } from "./support.mjs";

const readyMs = 60_000;
const lookAgainMs = 20;
const folderOfHop = "/etc/codesaga/hop";

/** Starts all of it in `folder`, in front of the model server at `upstream`; `processes` ends it. */
export async function startFleet({ processes, folder, upstream }) {
  const { services } = await composeProject("fleet.yaml");
  const roles = Object.keys(services).filter((name) => services[name].environment?.CODESAGA_ROLE);
  const ports = { nginx: await freePort(), redis: await freePort() };
  for (const name of roles) ports[name] = { http: await freePort(), hop: await freePort() };
  const keysFile = path.join(folder, "keys.json");
  const key = /cs_\S+/.exec(await done(program("codesaga-proxy"), ["keys", "add", "tester", "--file", keysFile]))[0];
  const hop = path.join(folder, "hop");
  // Here everybody is reached by one address.
  const names = services.certificates.command.map((name) => `${name},127.0.0.1`);
  await done(path.join(deploy, "hop", "make-certificates.sh"), [hop, ...names]);

  const here = (name, value) =>
    value
      .replace(folderOfHop, path.join(hop, name))
      .replaceAll(/(models-\d):7412/g, (_, models) => `127.0.0.1:${ports[models].hop}`)
      .replace("0.0.0.0:7412", `127.0.0.1:${ports[name].hop}`)
      .replace("redis:6379", `127.0.0.1:${ports.redis}`)
      .replace("http://ollama:11434", upstream);
  const running = {};

  async function start(name) {
    const given = Object.entries(settingsOf(services[name])).map(([setting, value]) => [setting, here(name, value)]);
    running[name] = processes.start(`fleet-${name}`, program("codesaga-proxy"), [], {
      env: {
        // What whoever runs the test has in the environment.
        CODESAGA_REDIS_URL: undefined,
        CODESAGA_TLS_CERT: undefined,
        CODESAGA_TLS_KEY: undefined,
        ...Object.fromEntries(given),
        CODESAGA_LISTEN: `127.0.0.1:${ports[name].http}`,
        CODESAGA_KEYS_FILE: keysFile,
        ...(services[name].environment.CODESAGA_MODEL && { CODESAGA_MODEL: "bllossom-shape:latest" }),
      },
    });
    await answers(`http://127.0.0.1:${ports[name].http}/healthz`, running[name]);
  }

  await startRedis(processes, ports.redis);
  await Promise.all(roles.map(start));
  const at = (name) => `http://127.0.0.1:${ports[name].http}`;
  const gateways = roles.filter((name) => name.startsWith("gateway"));
  /** Returns when every gateway hears every model service, and a model answers. */
  const isWhole = async () => {
    for (const name of gateways) {
      await until(async () => {
        const { servers = [] } = await (await fetch(`${at(name)}/readyz`)).json();
        return servers.filter(({ health }) => health === "healthy").length === 2;
      }, `${name} hears both`);
    }
  };
  await isWhole();
  const addresses = Object.fromEntries(gateways.map((name) => [name, `127.0.0.1:${ports[name].http}`]));
  await startNginx({ processes, folder, port: ports.nginx, addresses });
  return {
    url: `http://127.0.0.1:${ports.nginx}`,
    key,
    hop,
    roles,
    hopPort: (name) => ports[name].hop,
    isWhole,
    /** Ends it as compose does, and returns when it has drained and ended well. */
    async stop(name) {
      process.kill(running[name].pid, "SIGTERM");
      assert.equal(await running[name].ended, undefined, name);
    },
    start,
  };
}

/** nginx with the files of deploy/balancer, at these addresses. The one here may be older and look no names up again. */
async function startNginx({ processes, folder, port, addresses }) {
  const own = path.join(folder, "nginx");
  await mkdir(path.join(own, "tmp"), { recursive: true });
  const read = (name) => readFile(path.join(deploy, "balancer", name), "utf8");
  const gateways = (await read("gateways.conf"))
    .replaceAll(/^\s*resolver .*\n/gm, "")
    .replaceAll(" resolve;", ";")
    .replaceAll(/(gateway-\d):7411/g, (_, name) => addresses[name]);
  const main = (await read("nginx.conf"))
    .replace("listen 8080", `listen 127.0.0.1:${port}`)
    .replaceAll(/(?<= )\/tmp\//g, `${own}/tmp/`);
  await writeFile(path.join(own, "gateways.conf"), gateways);
  await writeFile(path.join(own, "nginx.conf"), main);
  const args = ["-p", own, "-e", "stderr", "-c", path.join(own, "nginx.conf")];
  const nginx = findProgram("nginx", ["/usr/sbin"]);
  await done(nginx, ["-t", ...args]);
  await listens(port, processes.start("fleet-nginx", nginx, args));
}

async function startRedis(processes, port) {
  const flags = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
  await listens(port, processes.start("fleet-redis", findProgram("redis-server"), flags));
}

async function listens(port, started) {
  const stopped = { yes: false };
  started.ended.then((failure) => Object.assign(stopped, { yes: true, failure }));
  const isOpen = () => {
    if (stopped.yes) throw stopped.failure ?? new Error(`${started.name} ended`);
    return new Promise((resolve) => {
      const socket = createConnection(port, "127.0.0.1");
      socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    });
  };
  await until(isOpen, `${started.name} listens`);
}

/** Asks again until it is so. */
export async function until(isSo, what) {
  const deadline = Date.now() + readyMs;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`not in time: ${what}`);
    await wait(lookAgainMs);
  }
}

async function done(command, args) {
  const { code, stdout, stderr } = await run(command, args);
  assert.equal(code, 0, `${command} ${args.join(" ")}\n${stdout}\n${stderr}`);
  return stdout;
}
