/** A decimal number, or undefined: unlike `Number`, it takes neither the empty string nor `0x10`. */
export function parseNumber(text: string): number | undefined {
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text.trim()) ? Number(text) : undefined;
}
