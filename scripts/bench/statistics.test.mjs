import assert from "node:assert/strict";
import { test } from "node:test";
import { mean, median, percentile, rounded, times } from "./statistics.mjs";

test("a percentile is a sample that was taken, whatever their order", () => {
  const samples = [5, 1, 4, 2, 3, 10, 9, 8, 7, 6];
  assert.equal(percentile(samples, 0.5), 5);
  assert.equal(percentile(samples, 0.99), 10);
  assert.equal(percentile([7], 0.01), 7);
  assert.equal(median([3, 1, 2]), 2);
});

test("no samples are no figure", () => {
  assert.throws(() => percentile([], 0.5), /no samples/);
  assert.throws(() => mean([]), /no samples/);
});

test("columns of a table bear the unit in their names", () => {
  assert.equal(mean([1, 2, 6]), 3);
  assert.equal(rounded(1.23456, 2), 1.23);
  assert.deepEqual(times("wire", [1, 2, 7.12345]), { wire_p50_ms: 2, wire_p99_ms: 7.123 });
});
