/** What a dream maximises: a number made of the layers' activations. */
import type { GraphBuilder } from "../../models/onnx/build.ts";
import { mean, scaled } from "../graphs/picture.ts";
import type { Activation } from "./activation.ts";
import type { ChannelOptions } from "./channels.ts";
import type { FilterOptions } from "./filters.ts";
import { type WeakOptions, withoutWeak } from "./weak_activations.ts";

/** The losses by name. Those of neural-dream are among them under its own or other names, see the alias. */
export const losses = ["mean", "l2", "norm", "abs-mean", "bce"] as const;

/** Name of a loss. */
export type Loss = typeof losses[number];

/** Ways to weigh layers against each other, see {@link LossOptions.weighting}. */
export const weightings = ["equal", "plain", "size"] as const;

/** Name of a weighting. */
export type Weighting = typeof weightings[number];

/** What the dream maximises. */
export interface LossOptions extends ChannelOptions, WeakOptions, FilterOptions {
  /** Sigma of a Gaussian blur of what the network sees, in pixels. Default: 0, none. */
  networkBlur?: number | undefined;
  loss: Loss;
  /**
   * `equal` divides each layer's loss by its current magnitude, so that layers with large activations do not
   * drown out the others; `plain` adds the losses up; `size` adds them up, each divided by the largest of its
   * layer's dimensions. Default: equal.
   */
  weighting?: Weighting | undefined;
}

/** A layer's activation, and which of its channels count. */
export interface ChosenActivation extends Activation {
  /** Default: all, as a whole. A `mask` is float32 [channels]; `count` of its elements are 1, the others 0. */
  choice?: { channels: readonly number[] } | { mask: string; count: number } | undefined;
}

/** The value to report and the value to differentiate; both are scalars. */
export interface DreamLoss {
  /** Mean of the layers' losses. */
  loss: string;
  /** The weighted sum of the layers' losses. With `equal`, only its gradient matters: its value never changes. */
  objective: string;
}

/** A layer's loss: the mean over `terms` losses, one per chosen channel, or one of the whole layer. */
interface LayerLoss {
  value: string;
  terms: number;
  /** The largest dimension of the layer. */
  size: number;
}

/** What a dream maximises, from the layers' activations. */
export function dreamLoss(g: GraphBuilder, activations: ChosenActivation[], options: LossOptions): DreamLoss {
  const { weighting = "equal" } = options;
  const layers = activations.map((activation) => layerLoss(g, activation, options));
  const values = layers.map(({ value }) => value);
  return {
    loss: scaled(g, values.reduce(g.add), 1 / values.length),
    objective: layers.map((layer) => weighted(g, layer, weighting)).reduce(g.add),
  };
}

function layerLoss(
  g: GraphBuilder,
  { choice, ...activation }: ChosenActivation,
  options: LossOptions,
): LayerLoss {
  const { loss } = options;
  const { value, dims } = withoutWeak(g, activation, options);
  const size = Math.max(...dims);
  if (!choice) return { value: ofWhole(g, loss, value), terms: 1, size };
  if ("mask" in choice) {
    const { mask, count: terms } = choice;
    const sum = g.reduceSum(g.mul(ofChannels(g, loss, { value, dims }), mask), undefined, 0);
    return { value: scaled(g, sum, 1 / terms), terms, size };
  }
  const chosen = g.op("Gather", [value, g.ints(...choice.channels)], { axis: 1 });
  const terms = choice.channels.length;
  // A mean of means of equally many elements is the mean of all.
  if (loss !== "norm") return { value: ofWhole(g, loss, chosen), terms, size };
  return { value: mean(g, ofChannels(g, loss, { value: chosen, dims })), terms, size };
}

function weighted(g: GraphBuilder, { value, terms, size }: LayerLoss, weighting: Weighting): string {
  switch (weighting) {
    case "equal":
      return g.div(value, heldConstant(g, g.add(g.abs(value), g.scalar(1e-12))));
    case "plain":
      return terms === 1 ? value : scaled(g, value, terms);
    case "size":
      return scaled(g, value, terms / size);
  }
}

/** A layer's loss as one scalar. */
function ofWhole(g: GraphBuilder, loss: Loss, x: string): string {
  return loss === "norm" ? root(g, g.reduceSum(g.mul(x, x), undefined, 0)) : mean(g, perElement(g, loss, x));
}

/** The loss of every channel on its own, [channels]. */
function ofChannels(g: GraphBuilder, loss: Loss, { value, dims }: Activation): string {
  const axes = dims.map((_, axis) => axis).filter((axis) => axis !== 1);
  if (loss === "norm") return root(g, g.reduceSum(g.mul(value, value), axes, 0));
  return g.reduceMean(perElement(g, loss, value), axes, 0);
}

/** What a loss takes the mean of. */
function perElement(g: GraphBuilder, loss: Exclude<Loss, "norm">, x: string): string {
  switch (loss) {
    case "mean":
      return x;
    case "l2":
      return g.mul(x, x);
    case "abs-mean":
      return g.abs(x);
    case "bce":
      // Binary cross-entropy of the activations, taken as logits, with a target of 0.
      return g.op("Softplus", [x]);
  }
}

/** The square root, whose derivative at 0 is finite here, for layers that are silent. */
function root(g: GraphBuilder, x: string): string {
  return g.sqrt(g.add(x, g.scalar(1e-12)));
}

/** The same number, but constant under differentiation, which follows only float32 values. */
function heldConstant(g: GraphBuilder, x: string): string {
  return g.cast(g.cast(x, "float64"), "float32");
}
