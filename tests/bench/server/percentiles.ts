/** How long requests took, in milliseconds. */
export interface Latencies {
  requests: number;
  p50: number;
  p99: number;
  most: number;
}

/** Sums up times; NaN of none. */
export function latencies(times: readonly number[]): Latencies {
  const sorted = times.toSorted((a, b) => a - b);
  const { length: requests } = sorted;
  return {
    requests,
    p50: percentile(sorted, 50),
    p99: percentile(sorted, 99),
    most: sorted.at(-1) ?? NaN,
  };
}

/** The least of the sorted values that so many percent of them do not exceed; NaN of none. */
export function percentile(sorted: readonly number[], percent: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * percent / 100) - 1)] ?? NaN;
}
