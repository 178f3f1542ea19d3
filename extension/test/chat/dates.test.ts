import assert from "node:assert/strict";
import { test } from "node:test";
import { dayOf } from "../../src/chat/dates";

test("conversations stand under the day they are of, by this machine's midnight", () => {
  const now = new Date(2026, 2, 30, 0, 30).getTime();
  const cases: [Date, string][] = [
    [new Date(2026, 2, 30, 0, 0), "today"],
    [new Date(2026, 2, 29, 23, 59), "yesterday"],
    [new Date(2026, 2, 29, 0, 0), "yesterday"],
    [new Date(2026, 2, 28, 23, 59), "week"],
    [new Date(2026, 2, 24, 12, 0), "week"],
    [new Date(2026, 2, 10, 12, 0), "month"],
    [new Date(2026, 1, 1, 12, 0), "older"],
    [new Date(2026, 2, 31, 0, 0), "today"],
  ];
  for (const [at, day] of cases) assert.equal(dayOf(at.getTime(), now), day, String(at));
});
