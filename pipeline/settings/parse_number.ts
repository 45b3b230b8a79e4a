/**
 * Parses a decimal number or returns undefined. Unlike `Number`, it refuses the empty string, `0x10`, and what
 * is too large for a number, such as `1e999`.
 */
export function parseNumber(text: string): number | undefined {
  if (!/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text.trim())) return undefined;
  const number = Number(text);
  return Number.isFinite(number) ? number : undefined;
}
