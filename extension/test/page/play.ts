/** A scene on a page of its own, in one browser for the file; nothing may go wrong in it. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Bench, type ChatPage, type PageOptions, startBench } from "./browser";

let bench: Bench;
before(async () => {
  bench = await startBench();
});
after(() => bench?.close());

export function play(name: string, options: PageOptions, scene: (chat: ChatPage) => Promise<void>): void {
  test(name, async () => {
    const chat = await bench.open(options);
    try {
      await scene(chat);
      assert.deepEqual(chat.faults, []);
    } finally {
      await chat.page.close();
    }
  });
}
