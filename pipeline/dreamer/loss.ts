import type { GraphBuilder } from "../../models/onnx/build.ts";
import { mean, scaled } from "../graphs/picture.ts";

/** What the dream maximises. */
export interface LossOptions {
  /** `mean`: the mean activation; `l2`: the mean of its square. */
  loss: "mean" | "l2";
  /** Channels to maximise. Default: all. */
  channels?: readonly number[] | undefined;
}

/** The value to report and the value to differentiate; both are scalars. */
export interface DreamLoss {
  /** Mean of the layers' losses. */
  loss: string;
  /**
   * The sum of each layer's loss divided by its current magnitude, so that layers with large activations do
   * not drown out the others. Its value is always the number of layers; only its gradient matters.
   */
  objective: string;
}

/** What a dream maximises, from the layers' activations [1, channels, h, w]. */
export function dreamLoss(
  g: GraphBuilder,
  activations: string[],
  { loss, channels }: LossOptions,
): DreamLoss {
  const losses = activations.map((activation) => {
    const chosen = channels ? g.op("Gather", [activation, g.ints(...channels)], { axis: 1 }) : activation;
    return mean(g, loss === "mean" ? chosen : g.mul(chosen, chosen));
  });
  const relative = losses.map((value) => g.div(value, heldConstant(g, g.add(g.abs(value), g.scalar(1e-12)))));
  return { loss: scaled(g, losses.reduce(g.add), 1 / losses.length), objective: relative.reduce(g.add) };
}

/** The same number, but constant under differentiation, which follows only float32 values. */
function heldConstant(g: GraphBuilder, x: string): string {
  return g.cast(g.cast(x, "float64"), "float32");
}
