/** What a new engine is told of its server: from settings, the token and the editor's own network settings. */
import { readFile } from "node:fs/promises";
import type { Config } from "../config";
import type { EngineOptions } from "../engine";
import { failedError } from "../failures";

/** Certificates of a whole company are far smaller. */
const CA_FILE_BYTES_MAX = 1 << 20;

/** Throws `invalid_setting` for a file of certificates that cannot be read. */
export async function engineOptions(config: Config, token: string | undefined): Promise<EngineOptions> {
  const { serverUrl, model, editModel, chatModel, proxyUrl } = config;
  const caPem = config.caFile && (await readCertificates(config.caFile));
  return {
    serverUrl,
    ...(token && { token }),
    ...(model && { model }),
    ...(editModel && { editModel }),
    ...(chatModel && { chatModel }),
    ...(caPem && { caPem }),
    ...(proxyUrl && { proxyUrl, noProxy: config.noProxy }),
  };
}

async function readCertificates(file: string): Promise<string> {
  const wrong = (why: string) => failedError({ code: "invalid_setting", message: `\`codesaga.caFile\`: ${why}` });
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw wrong(`${file} cannot be read (${error.code ?? "unknown"}).`);
  });
  if (text.length > CA_FILE_BYTES_MAX) throw wrong(`${file} is larger than ${CA_FILE_BYTES_MAX} bytes.`);
  return text;
}
