import type { GraphBuilder } from "../../models/onnx/build.ts";
import { mean, scaled } from "../graphs/picture.ts";

/** What is made to grow. */
export interface LossOptions {
  /** `mean`: the mean activation; `l2`: the mean of its square. */
  loss: "mean" | "l2";
  /** Channels to grow; all of them where absent. */
  channels?: readonly number[] | undefined;
}

/** The value to report and the value to differentiate, both scalars. */
export interface DreamLoss {
  /** Mean over the layers of each one's loss. */
  loss: string;
  /**
   * Each layer's loss divided by its present size, summed: layers of large activations do not drown the others.
   * Always the number of layers, but for its gradient.
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

/** The same number, but constant to differentiation, which follows float32 values alone. */
function heldConstant(g: GraphBuilder, x: string): string {
  return g.cast(g.cast(x, "float64"), "float32");
}
