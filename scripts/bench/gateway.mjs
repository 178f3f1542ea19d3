// A gateway in front of a model service, for one benchmark: two processes of the real proxy.

import { freePort } from "../lib/ports.mjs";
import { startProxy } from "./proxy.mjs";

/** Starts both and waits until a model answers through them. `env` are settings of both besides. */
export async function startGateway(tools, upstream, env = {}) {
  const address = `127.0.0.1:${await freePort()}`;
  const service = await startProxy(tools, upstream, {
    ...env,
    CODESAGA_ROLE: "model",
    CODESAGA_GRPC_LISTEN: address,
  });
  const gateway = await startProxy(tools, upstream, {
    ...env,
    CODESAGA_ROLE: "gateway",
    CODESAGA_MODEL_SERVICE: `http://${address}`,
  });
  const end = async () => {
    await gateway.end();
    await service.end();
  };
  return { ...gateway, end };
}
