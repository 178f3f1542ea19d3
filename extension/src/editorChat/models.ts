/**
 * The team's model in the editor's own list of models. What another extension or the editor's chat asks
 * of it is asked as one question, in a conversation that is forgotten at once: the thread is theirs.
 */

import { randomUUID } from "node:crypto";
import * as vscode from "vscode";
import { tokensAbout } from "../chat/context/attachment";
import { startedEngine } from "../chat/started";
import type { Ctx } from "../ctx";
import { failureText } from "../errors";
import { asOneQuestion, type Said, textOf } from "./messages";

const VENDOR = "codesaga";

/** Of the tokens that a model takes, those that its answer may have. */
const ANSWER_TOKENS = 2_048;

/** The part of `vscode.lm` that came with VS Code 1.104; our types are of an older one. */
interface ModelApi {
  registerLanguageModelChatProvider?(vendor: string, provider: Provider): vscode.Disposable;
}

interface Information {
  id: string;
  name: string;
  family: string;
  version: string;
  maxInputTokens: number;
  maxOutputTokens: number;
  capabilities: { toolCalling: false; imageInput: false };
}

interface Provider {
  onDidChangeLanguageModelChatInformation: vscode.Event<void>;
  provideLanguageModelChatInformation(): Promise<Information[]>;
  provideLanguageModelChatResponse(
    model: Information,
    messages: readonly Said[],
    options: unknown,
    progress: vscode.Progress<unknown>,
    token: vscode.CancellationToken,
  ): Promise<void>;
  provideTokenCount(model: Information, text: string | Said): Promise<number>;
}

export function registerModels(ctx: Ctx): void {
  const api = vscode.lm as ModelApi | undefined;
  if (!api?.registerLanguageModelChatProvider) return;
  const engine = startedEngine(ctx.engine);
  const provider: Provider = {
    onDidChangeLanguageModelChatInformation: ctx.engine.onDidStart,
    async provideLanguageModelChatInformation() {
      const status = await ctx.engine.status();
      if (status?.kind !== "ready") return [];
      const { model, template, contextLength } = status;
      return [
        {
          id: model,
          name: `CodeSaga: ${model}`,
          family: template,
          version: "1",
          maxInputTokens: Math.max(contextLength - ANSWER_TOKENS, 1),
          maxOutputTokens: ANSWER_TOKENS,
          capabilities: { toolCalling: false, imageInput: false },
        },
      ];
    },
    async provideLanguageModelChatResponse(_model, messages, _options, progress, token) {
      const session = randomUUID();
      const reply = engine.chat({ session, text: asOneQuestion(messages), context: [] });
      const stop = token.onCancellationRequested(() => reply.cancel());
      try {
        for (let event = await reply.next(); event !== null; event = await reply.next()) {
          if (event.kind === "text") progress.report(textPart(event.text));
          else if (event.kind === "failed") throw new Error(failureText(event));
        }
      } finally {
        stop.dispose();
        ctx.engine
          .deleteSession(session)
          .catch(() => ctx.log.warn("A conversation of the editor's chat was not forgotten"));
      }
    },
    provideTokenCount: async (_model, text) => tokensAbout(typeof text === "string" ? text : textOf(text)),
  };
  ctx.own(api.registerLanguageModelChatProvider(VENDOR, provider));
}

/** Newer than our types as well. */
function textPart(text: string): unknown {
  const { LanguageModelTextPart } = vscode as unknown as { LanguageModelTextPart: new (value: string) => unknown };
  return new LanguageModelTextPart(text);
}
