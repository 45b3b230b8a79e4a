/** Parses a decimal number or returns undefined. Unlike `Number`, it refuses the empty string and `0x10`. */
export function parseNumber(text: string): number | undefined {
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text.trim()) ? Number(text) : undefined;
}
