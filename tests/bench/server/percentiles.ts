/** Response times in milliseconds. */
export interface Latencies {
  requests: number;
  p50: number;
  p99: number;
  most: number;
}

/** Summarises times; NaN if there are none. */
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

/**
 * A percentile of sorted values: the smallest value that the given percentage of them do not exceed; NaN if
 * there are none.
 */
export function percentile(sorted: readonly number[], percent: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * percent / 100) - 1)] ?? NaN;
}
