import type { GraphBuilder } from "../../models/onnx/build.ts";
import type { Size } from "../graphs/picture.ts";

/**
 * The gradient of total variation, sum |x(i+1) - x(i)| over both axes (Rudin, Osher and Fatemi 1992,
 * anisotropic): at each pixel, the number of neighbours that it exceeds minus the number that exceed it, from
 * -4 to 4.
 */
export function totalVariationGradient(g: GraphBuilder, x: string, { height, width }: Size): string {
  const along = (axis: number, length: number) => {
    const later = g.slice(x, [1], [length], [axis]);
    const earlier = g.slice(x, [0], [length - 1], [axis]);
    const sign = g.op("Sign", [g.sub(later, earlier)]);
    const pads = (begin: number, end: number) =>
      g.ints(...(axis === 2 ? [0, 0, begin, 0, 0, 0, end, 0] : [0, 0, 0, begin, 0, 0, 0, end]));
    return g.sub(g.op("Pad", [sign, pads(1, 0)]), g.op("Pad", [sign, pads(0, 1)]));
  };
  return g.add(along(2, height), along(3, width));
}
