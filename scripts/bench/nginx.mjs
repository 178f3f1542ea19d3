// nginx as a plain relay: the floor of what a relay costs.

import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { findProgram } from "../lib/find.mjs";
import { run } from "../lib/places.mjs";
import { answers, freePort } from "../lib/ports.mjs";

/** Starts it before a model server, with connections that are kept and nothing held back. */
export async function startNginx({ processes }, upstreamUrl) {
  const folder = path.join(run, "bench-nginx");
  const temporary = path.join(folder, "tmp");
  await mkdir(temporary, { recursive: true });
  const port = await freePort();
  const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${path.join(temporary, name)};`)
    .join(" ");
  const errors = path.join(folder, "error.log");
  const file = path.join(folder, "nginx.conf");
  await writeFile(
    file,
    `daemon off; worker_processes auto; pid ${path.join(folder, "nginx.pid")}; error_log ${errors};
     events { worker_connections 4096; }
     http {
       access_log off; keepalive_requests 100000000; ${paths}
       upstream model { server ${new URL(upstreamUrl).host}; keepalive 256; keepalive_requests 100000000; }
       server {
         listen 127.0.0.1:${port} backlog=4096;
         location / {
           proxy_pass http://model;
           proxy_http_version 1.1;
           proxy_set_header Connection "";
           proxy_buffering off;
         }
       }
     }`,
  );
  const program = processes.start("bench-nginx", findProgram("nginx", ["/usr/sbin"]), ["-c", file, "-e", errors]);
  const url = `http://127.0.0.1:${port}`;
  await answers(`${url}/v1/models`, program);
  return { url, pid: program.pid, end: program.end };
}
