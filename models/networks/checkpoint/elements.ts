/** The element types of stored weights, and their conversion to float32. */

/** An element type, by its usual name. */
export type ElementType = "float32" | "float16" | "bfloat16" | "float64" | "int64";

/** Largest number of axes that a tensor may have; weights have up to four. */
export const mostAxes = 16;

/** Size of one element in bytes. */
export const elementSize: Readonly<Record<ElementType, number>> = {
  float32: 4,
  float16: 2,
  bfloat16: 2,
  float64: 8,
  int64: 8,
};

/**
 * Converts elements to float32: float16 and bfloat16 exactly, float64 and int64 with rounding. `bytes` is
 * little-endian, like every machine that Deno runs on, and holds whole elements. The result shares no memory with it.
 */
export function toFloat32(bytes: Uint8Array, type: ElementType): Float32Array {
  const { buffer } = bytes.slice();
  switch (type) {
    case "float32":
      return new Float32Array(buffer);
    case "float16":
      return Float32Array.from(new Uint16Array(buffer), fromHalf);
    case "bfloat16":
      // bfloat16 is the upper half of a float32.
      return new Float32Array(Uint32Array.from(new Uint16Array(buffer), (bits) => bits << 16).buffer);
    case "float64":
      return Float32Array.from(new Float64Array(buffer));
    case "int64":
      return Float32Array.from(new BigInt64Array(buffer), Number);
  }
}

/** IEEE 754 binary16: one bit of sign, five of exponent, ten of fraction. */
function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const [exponent, fraction] = [bits >> 10 & 0x1f, bits & 0x3ff];
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
