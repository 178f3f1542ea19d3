import assert from "node:assert/strict";
import { test } from "node:test";
import { megabytes } from "./resident.mjs";

test("the memory of a process, as Linux tells it", () => {
  const status = "Name:\tx\nVmPeak:\t  900000 kB\nVmHWM:\t   61440 kB\nVmRSS:\t   20480 kB\n";
  assert.deepEqual(megabytes(status), { now: 20, most: 60 });
});
