/**
 * What can be taken over from Continue's configuration: addresses of servers, models, and tokens. Pure; reading the
 * file and asking the user is importContinue.ts.
 */
import { parse } from "yaml";

/** A model as Continue knows it, as far as it means something here. */
export interface ContinueModel {
  readonly name: string;
  readonly model: string;
  /** Without `/v1`, as our setting wants it. */
  readonly serverUrl: string;
  readonly token?: string;
  readonly roles: readonly string[];
}

/** More than anybody lists by hand. */
const MODELS_MAX = 100;

/** Where a provider answers when its address is not written down. */
const USUAL_ADDRESS: Readonly<Record<string, string>> = {
  ollama: "http://127.0.0.1:11434",
  lmstudio: "http://127.0.0.1:1234",
  "llama.cpp": "http://127.0.0.1:8080",
  vllm: "http://127.0.0.1:8000",
};

/**
 * The models of a `config.yaml` or `config.json`. What is no model of a server of one's own is passed over.
 * Throws an `Error` with the parser's words when the text is neither.
 */
export function continueModels(text: string): ContinueModel[] {
  // JSON is YAML.
  const config: unknown = parse(text);
  if (!isRecord(config)) return [];
  const listed = [
    ...asList(config.models),
    ...asList(config.tabAutocompleteModel).map((one) => withRole(one, "autocomplete")),
  ];
  return listed.slice(0, MODELS_MAX).flatMap((one) => modelOf(one) ?? []);
}

function modelOf(value: unknown): ContinueModel | undefined {
  if (!isRecord(value)) return undefined;
  const { provider, model } = value;
  if (typeof provider !== "string" || typeof model !== "string" || model === "") return undefined;
  const address = typeof value.apiBase === "string" ? value.apiBase : USUAL_ADDRESS[provider];
  const serverUrl = address === undefined ? undefined : serverOf(address);
  if (serverUrl === undefined) return undefined;
  const name = [value.name, value.title].find((one) => typeof one === "string" && one !== "") ?? model;
  const roles = asList(value.roles).filter((role): role is string => typeof role === "string");
  return {
    name: String(name),
    model,
    serverUrl,
    // A name of a secret is not the secret.
    ...(typeof value.apiKey === "string" && !value.apiKey.includes("${{") && value.apiKey && { token: value.apiKey }),
    roles,
  };
}

function serverOf(address: string): string | undefined {
  try {
    const url = new URL(address);
    if (url.protocol !== "http:" && url.protocol !== "https:") return undefined;
    return url.href.replace(/\/+$/, "").replace(/\/v1$/, "");
  } catch {
    return undefined;
  }
}

function withRole(value: unknown, role: string): unknown {
  return isRecord(value) ? { ...value, roles: [role] } : value;
}

function asList(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  return value === undefined || value === null ? [] : [value];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
