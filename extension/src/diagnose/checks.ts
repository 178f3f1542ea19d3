/**
 * What *Diagnose* looks at, as lines of a report. Pure: what was found out comes in, words go out. The report
 * holds no code, no token and no name of a file.
 */
import { l10n } from "vscode";
import type { ServedModel, ServerStatus } from "../engine";
import { failureText } from "../errors";

/** What was found out. */
export interface Findings {
  readonly serverUrl: string;
  readonly server: ServerStatus | undefined;
  /** Undefined when the server could not be asked. */
  readonly models: readonly ServedModel[] | undefined;
  readonly wanted: { readonly all?: string; readonly edit?: string; readonly chat?: string };
  readonly hasToken: boolean;
  readonly usesProxy: boolean;
  readonly hasCaFile: boolean;
  readonly completionOn: boolean;
  readonly paused: boolean;
  readonly trusted: boolean;
  /** `ssh-remote`, `wsl`, `dev-container`, … */
  readonly remote: string | undefined;
  readonly indexedFiles: number | undefined;
  readonly folders: number;
}

export interface Check {
  readonly verdict: "fine" | "note" | "wrong";
  /** What was looked at and what it turned out to be. */
  readonly text: string;
  /** What helps; only where something is not as it should be. */
  readonly todo?: string;
}

export function checksOf(found: Findings): Check[] {
  return [
    address(found),
    server(found),
    ...models(found),
    token(found),
    ...network(found),
    completion(found),
    workspace(found),
  ];
}

function address({ serverUrl, hasToken }: Findings): Check {
  const isPlain = serverUrl.startsWith("http://");
  const isHere = /^https?:\/\/(localhost|127\.|\[::1\])/.test(serverUrl);
  const text = l10n.t("Server: {0}", serverUrl);
  if (!isPlain || isHere) return { verdict: "fine", text };
  const todo = hasToken
    ? l10n.t("Code and token travel unencrypted. Use https where the network is not your own.")
    : l10n.t("Code travels unencrypted. Use https where the network is not your own.");
  return { verdict: "note", text, todo };
}

function server({ server }: Findings): Check {
  if (!server) return { verdict: "note", text: l10n.t("The engine is still starting."), todo: l10n.t("Try again.") };
  switch (server.kind) {
    case "ready":
      return { verdict: "fine", text: l10n.t("It answers, with the model {0}.", server.model) };
    case "loading":
      return {
        verdict: "note",
        text: l10n.t("It is loading the model {0} ({1} s so far).", server.model, server.seconds),
      };
    case "offline":
      return { verdict: "wrong", text: `${failureText(server)} (${server.code})` };
  }
}

function models({ models, wanted, server }: Findings): Check[] {
  if (!models || server?.kind === "offline") return [];
  const missing = Object.values(wanted).filter((name) => name && !isServed(name, models));
  if (missing.length > 0) {
    const todo = l10n.t("Choose another one: “CodeSaga: Choose Model…”.");
    return [{ verdict: "wrong", text: l10n.t("The server does not list: {0}", missing.join(", ")), todo }];
  }
  const names = models.map(({ name }) => name).join(", ");
  return [{ verdict: "fine", text: l10n.t("Models: {0}", names) }, ...memory(server)];
}

function isServed(name: string, models: readonly ServedModel[]): boolean {
  return models.some((model) => model.name === name || model.name === `${name}:latest`);
}

function memory(server: ServerStatus | undefined): Check[] {
  if (server?.kind !== "ready") return [];
  switch (server.memory) {
    case "none":
      return [
        {
          verdict: "note",
          text: l10n.t("The server keeps no conversations, so there is no chat."),
          todo: l10n.t("Chat needs codesaga-proxy."),
        },
      ];
    case "degraded":
      return [
        {
          verdict: "note",
          text: l10n.t("The server cannot reach its memory of conversations."),
          todo: l10n.t("Tell the server's owner."),
        },
      ];
    case "in_process":
      return [{ verdict: "fine", text: l10n.t("Conversations are kept until the server restarts.") }];
    default:
      return [{ verdict: "fine", text: l10n.t("Conversations are kept.") }];
  }
}

function token({ hasToken, server }: Findings): Check {
  const isRefused = server?.kind === "offline" && (server.code === "unauthorized" || server.code === "forbidden");
  const text = hasToken ? l10n.t("A token is set for this server.") : l10n.t("No token is set for this server.");
  if (!isRefused) return { verdict: "fine", text };
  return { verdict: "wrong", text, todo: l10n.t("Run “CodeSaga: Set Server Token”.") };
}

function network({ usesProxy, hasCaFile, remote }: Findings): Check[] {
  const texts = [
    usesProxy ? l10n.t("The editor's proxy is used.") : l10n.t("No proxy is set in the editor."),
    hasCaFile && l10n.t("Certificates of your own are trusted."),
    remote && l10n.t("The extension runs on the remote side ({0}), and reaches the server from there.", remote),
  ];
  return texts.flatMap((text) => (text ? [{ verdict: "fine", text }] : []));
}

function completion({ completionOn, paused }: Findings): Check {
  if (!completionOn) {
    return {
      verdict: "note",
      text: l10n.t("Completion is switched off."),
      todo: l10n.t("The setting is codesaga.completion.enabled."),
    };
  }
  if (paused) return { verdict: "note", text: l10n.t("Completion is paused.") };
  return { verdict: "fine", text: l10n.t("Completion is on.") };
}

function workspace({ trusted, folders, indexedFiles }: Findings): Check {
  if (!trusted) {
    return {
      verdict: "note",
      text: l10n.t("The workspace is not trusted: only open files are read."),
      todo: l10n.t("Trust the workspace to have its other files known."),
    };
  }
  return { verdict: "fine", text: l10n.t("Folders: {0}. Files known: {1}.", folders, indexedFiles ?? 0) };
}
