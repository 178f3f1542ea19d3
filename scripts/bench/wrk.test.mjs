import assert from "node:assert/strict";
import { test } from "node:test";
import { figures } from "./wrk.mjs";

const printed = (errors) => `Running 2s test
  2 requests in 2.00s, 9.80KB read
Requests/sec:   2500.50
Transfer/sec:      4.87KB
FIGURES 152.000000 1500.000000 5001 ${errors}
`;

test("milliseconds and answers in a second", () => {
  assert.deepEqual(figures(printed(0), "url"), { p50: 0.152, p99: 1.5, rate: 2500.5 });
});

test("failed answers are no answers", () => {
  assert.throws(() => figures(printed(3), "http://x"), /3 of 5001 calls to http:\/\/x failed/);
  assert.throws(() => figures("connection refused", "http://x"), /no figures/);
});
