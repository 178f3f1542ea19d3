/**
 * The built chat page in a real browser, with its real policy. Only the editor around it is played:
 * what it offers a webview, its theme's colours, and the messages the extension would send.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { pageHtml } from "../../src/chat/html";
import type { FromPage, ToPage } from "../../src/chat/messages";
import type { Texts } from "../../src/chat/pageTexts";
import type { Kept, TurnEvent } from "../../src/chat/turns";
import themes from "./themes.json";

export type Theme = keyof typeof themes;

const SCREENSHOTS = join("..", ".cache", "screenshots");

export interface Bench {
  open(options?: PageOptions): Promise<ChatPage>;
  close(): Promise<void>;
}

export interface PageOptions {
  theme?: Theme;
  width?: number;
  height?: number;
  kept?: Kept;
  korean?: boolean;
}

/** Builds the page, serves it and starts a browser. */
export async function startBench(): Promise<Bench> {
  const built = spawnSync(process.execPath, ["build.mjs", "--without-addon"], { encoding: "utf8" });
  if (built.status !== 0) throw new Error(built.stderr);
  const server = await serve();
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const executablePath = process.env.CODESAGA_BROWSER;
  if (!executablePath) throw new Error("No Chromium or Chrome was found; set CODESAGA_BROWSER to one.");
  const browser = await chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
  });
  return {
    open: (options = {}) => openPage(browser, origin, options),
    async close() {
      await browser.close();
      server.close();
    },
  };
}

const TYPES: Record<string, string> = {
  js: "text/javascript",
  css: "text/css",
  ttf: "font/ttf",
  map: "application/json",
};

async function serve(): Promise<Server> {
  const html = pageHtml({ script: "/chat.js", style: "/chat.css", source: "'self'", nonce: "n0", language: "en" });
  const server = createServer((request, response) => {
    const name = request.url?.split("?")[0]?.slice(1) ?? "";
    if (name === "") {
      response.setHeader("content-type", "text/html");
      response.end(html);
      return;
    }
    const file = join("dist", name.replaceAll("..", ""));
    response.statusCode = existsSync(file) ? 200 : 404;
    response.setHeader("content-type", TYPES[name.split(".").at(-1) ?? ""] ?? "text/plain");
    response.end(existsSync(file) ? readFileSync(file) : "");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

async function openPage(browser: Browser, origin: string, options: PageOptions): Promise<ChatPage> {
  const { theme = "dark", width = 340, height = 640, kept, korean = false } = options;
  const page = await browser.newPage({ viewport: { width, height } });
  const chat = new ChatPage(page, origin, korean);
  page.on("pageerror", (error) => chat.faults.push(String(error)));
  page.on("console", (line) => line.type() === "error" && chat.faults.push(line.text()));
  page.on("request", (request) => request.url().startsWith(origin) || chat.faults.push(`asked for ${request.url()}`));
  await page.addInitScript(playEditor, { kept: kept ?? null, colours: themes[theme] as Record<string, string> });
  await page.goto(origin);
  return chat;
}

interface PlayedWindow {
  posted: FromPage[];
  store: unknown;
}

/** Runs in the page, before its own script. */
function playEditor({ kept, colours }: { kept: Kept | null; colours: Record<string, string> }) {
  const played = globalThis as unknown as PlayedWindow & { acquireVsCodeApi: unknown; sessionStorage: Storage };
  const stored = played.sessionStorage.getItem("kept");
  played.posted = [];
  played.store = stored ? JSON.parse(stored) : kept;
  played.acquireVsCodeApi = () => ({
    postMessage: (message: FromPage) => played.posted.push(message),
    getState: () => played.store,
    setState: (state: unknown) => {
      played.store = state;
      played.sessionStorage.setItem("kept", JSON.stringify(state));
    },
  });
  // As the editor does, before anything is drawn: on the root element as soon as there is one.
  const watch = new MutationObserver(() => {
    const root = document.documentElement;
    if (!root) return;
    watch.disconnect();
    for (const [name, value] of Object.entries(colours)) root.style.setProperty(name, value);
    root.style.background = colours["--vscode-sideBar-background"] ?? "";
  });
  watch.observe(document, { childList: true });
}

/** One open page, and what a test does with it. */
export class ChatPage {
  /** Errors of the page, violations of its policy, requests to anywhere else: there must be none. */
  readonly faults: string[] = [];

  constructor(
    readonly page: Page,
    private readonly origin: string,
    private readonly korean: boolean,
  ) {}

  get input() {
    return this.page.locator("textarea");
  }

  /** Tells the page something, and waits until it is drawn. */
  async tell(...messages: ToPage[]): Promise<void> {
    await this.page.evaluate((all) => {
      for (const message of all) window.postMessage(message, "*");
      return new Promise<void>((resolve) => {
        setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(() => resolve())));
      });
    }, messages);
  }

  async begin(part: Partial<Extract<ToPage, { type: "init" }>> = {}): Promise<void> {
    const texts = this.korean ? koreanTexts : englishTexts;
    await this.tell({
      type: "init",
      texts,
      conversation: { turns: [] },
      suggestions: [],
      chips: [],
      sendWith: "enter",
      draft: "",
      edited: null,
      ...part,
    });
  }

  events(...events: TurnEvent[]): Promise<void> {
    return this.tell({ type: "events", events });
  }

  /** What the page has told the extension so far, of one kind. */
  async posted<T extends FromPage["type"]>(type: T): Promise<Extract<FromPage, { type: T }>[]> {
    const all = await this.page.evaluate(() => (globalThis as unknown as PlayedWindow).posted);
    return all.filter((message): message is Extract<FromPage, { type: T }> => message.type === type);
  }

  /** Resolves when the page has put turns with that answer into the editor's store. */
  async keptAnswer(answer: string): Promise<void> {
    await this.page.waitForFunction((expected) => {
      const { store } = globalThis as unknown as PlayedWindow;
      return (store as Kept | null)?.turns.some((turn) => turn.answer === expected);
    }, answer);
  }

  /** Resolves when the page has told the extension that draft. */
  async toldDraft(draft: string): Promise<void> {
    await this.page.waitForFunction((expected) => {
      const { posted } = globalThis as unknown as PlayedWindow;
      return posted.some((message) => message.type === "draft" && message.text === expected);
    }, draft);
  }

  /** Resolves when that many messages of that kind have been told; gives the last one. */
  async told<T extends FromPage["type"]>(type: T, count = 1): Promise<Extract<FromPage, { type: T }>> {
    await this.page.waitForFunction(
      ([wanted, least]) => {
        const { posted } = globalThis as unknown as PlayedWindow;
        return posted.filter((message) => message.type === wanted).length >= least;
      },
      [type, count] as const,
      { timeout: 5_000 },
    );
    return (await this.posted(type)).at(-1) as Extract<FromPage, { type: T }>;
  }

  async reload(): Promise<void> {
    await this.page.goto(this.origin);
  }

  async screenshot(name: string): Promise<void> {
    mkdirSync(SCREENSHOTS, { recursive: true });
    await this.page.screenshot({ path: join(SCREENSHOTS, `chat-${name}.png`) });
  }
}

const koreanTexts = textsFrom(JSON.parse(readFileSync(join("l10n", "bundle.l10n.ko.json"), "utf8")));
const englishTexts = textsFrom({});

/** The page's texts as the extension sends them, by the same source and the given translations. */
function textsFrom(translations: Record<string, string>): Texts {
  const source = readFileSync(join("src", "chat", "texts.ts"), "utf8");
  const pairs = [...source.matchAll(/^ {4}(\w+): l10n\.t\("(.*)"\),$/gm)];
  return Object.fromEntries(
    pairs.map(([, name = "", text = ""]) => [name, translations[text] ?? text]),
  ) as unknown as Texts;
}
