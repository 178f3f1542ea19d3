// The few figures the benchmarks report.

/** The value that `share` of the sorted samples do not exceed. */
export function percentile(samples, share) {
  if (samples.length === 0) throw new Error("no samples were taken");
  const sorted = [...samples].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
}

/** The middle value. */
export const median = (samples) => percentile(samples, 0.5);

/** The arithmetic mean. */
export function mean(samples) {
  if (samples.length === 0) throw new Error("no samples were taken");
  return samples.reduce((sum, sample) => sum + sample, 0) / samples.length;
}

/** A number with so many decimals at most. */
export const rounded = (value, decimals) => Number(value.toFixed(decimals));

/** Median and 99th percentile of times, as columns of a table. */
export function times(name, samples, decimals = 3) {
  return {
    [`${name}_p50_ms`]: rounded(percentile(samples, 0.5), decimals),
    [`${name}_p99_ms`]: rounded(percentile(samples, 0.99), decimals),
  };
}
