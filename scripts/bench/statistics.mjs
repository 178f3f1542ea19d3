// The few figures the benchmarks report.

/** The value that `share` of the sorted samples do not exceed. */
export function percentile(samples, share) {
  if (samples.length === 0) throw new Error("no samples were taken");
  const sorted = [...samples].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
}

/** The middle value. */
export const median = (samples) => percentile(samples, 0.5);
