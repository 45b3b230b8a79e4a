import { GraphBuilder } from "../../models/onnx/build.ts";
import type { Model } from "../../models/onnx/model.ts";
import type { Size } from "../graphs/picture.ts";

/** Contrast is never raised by more than this in one step, however flat a picture is. */
const largestFactor = 4;

/**
 * `picture` [1, 3, h, w] in [0, 1] -> `stretched`: its contrast about the mean colour is scaled so that the given
 * percentile of its values becomes white.
 *
 * @param percentile above 0, up to 100
 * @param meanColour in RGB
 */
export function contrastGraph(
  { height, width }: Size,
  percentile: number,
  meanColour: readonly number[],
): Model {
  const g = new GraphBuilder({ name: "contrast" });
  const dims = [1, 3, height, width], count = 3 * height * width;
  const picture = g.input("picture", "float32", dims);
  const colour = g.floats(meanColour, [1, 3, 1, 1]);
  const centred = g.sub(picture, colour);
  const above = count - Math.round(percentile / 100 * (count - 1));
  const [largest] = g.ops("TopK", [g.reshape(centred, [count]), g.ints(above)], { axis: 0, sorted: 1 }, 2);
  const white = 1 - meanColour.reduce((sum, value) => sum + value, 0) / meanColour.length;
  const level = g.clip(g.slice(largest!, [above - 1], [above], [0]), white / largestFactor);
  const factor = g.div(g.scalar(white), level);
  g.output("stretched", g.clip(g.add(colour, g.mul(centred, factor)), 0, 1), "float32", dims);
  return g.build();
}
