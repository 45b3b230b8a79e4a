/** Reads the values in ffprobe's report. */

/** The number that ffprobe prints or tells as one; undefined where it tells none, as by `N/A`. */
export function number(value: unknown): number | undefined {
  const parsed = typeof value === "number"
    ? value
    : typeof value === "string"
    ? Number.parseFloat(value)
    : NaN;
  return Number.isFinite(parsed) ? parsed : undefined;
}

/** Two positive whole numbers with a separator between them. */
export function ratio(value: unknown, separator: string): [number, number] | undefined {
  const [num, den] = String(value ?? "").split(separator).map(Number);
  return num && den && num > 0 && den > 0 ? [num, den] : undefined;
}
