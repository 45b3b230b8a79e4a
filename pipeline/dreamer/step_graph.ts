/** One step of gradient ascent as a single ONNX graph: DeepDream on one screen. */
import { invalidParameter } from "../../models/errors.ts";
import { differentiate, type GradientForms } from "../../models/gradient/differentiate.ts";
import { prepare } from "../../models/gradient/prepare.ts";
import type { Network, Preprocessing } from "../../models/networks/network.ts";
import { GraphBuilder } from "../../models/onnx/build.ts";
import { inline } from "../../models/onnx/inline.ts";
import type { Model } from "../../models/onnx/model.ts";
import { mean, roll, scaled, type Size, unrollShift } from "../graphs/picture.ts";
import { foldPreprocessing } from "./fold_preprocessing.ts";
import { dreamLoss, type LossOptions } from "./loss.ts";
import { colourScaled, smooth, type Smoothing, stepLength } from "./smoothing.ts";
import { totalVariationGradient } from "./total_variation.ts";

/** Options of {@link stepGraph}. */
export interface StepOptions extends LossOptions {
  layers: string[];
  smoothing: Smoothing;
  /** How much of the gradient's colour is kept; 0 changes only brightness, 1 keeps all of it. */
  colour: number;
  /** Weight of total variation against the dream; 0 leaves it out. */
  tvWeight: number;
  /** The forms that suit the execution provider. */
  forms: Required<GradientForms>;
}

/**
 * `picture` float32 [1, 3, h, w] in [0, 1], `shift` int64 [2] (rows, columns), `rate` scalar (mean change, in
 * [0, 1]) -> `dreamed` [1, 3, h, w], `loss` (scalar, before the step) and `strength` (scalar, the smoothed gradient's mean
 * absolute value: 0 if the picture does not move the layers, not finite if the gradient is not).
 *
 * The picture is shifted and run through the network. The gradient of the loss is smoothed, scaled to a mean
 * absolute value of `rate`, and added to the picture.
 */
export function stepGraph(network: Network, size: Size, options: StepOptions): Model {
  const dims = [1, 3, size.height, size.width];
  const g = new GraphBuilder({ name: "gradient ascent" });
  const picture = g.input("picture", "float32", dims);
  const shift = g.input("shift", "int64", [2]);
  const rate = g.input("rate", "float32", []);

  const rolled = roll(g, picture, shift, 3, size);
  const { gradient, loss } = inline(g, dreamGradientGraph(network, size, options), { picture: rolled });
  // Smoothed while shifted, so that the grid of the coarser levels never falls in the same place twice.
  const smoothed = roll(
    g,
    smooth(g, gradient!, size, options.smoothing),
    unrollShift(g, shift, size),
    3,
    size,
  );
  const direction = colourScaled(g, smoothed, size, options.colour);
  const strength = mean(g, g.abs(direction));
  const change = g.mul(direction, stepLength(g, strength, rate));
  const calmed = options.tvWeight === 0
    ? change
    : g.sub(change, g.mul(totalVariationGradient(g, picture, size), scaled(g, rate, options.tvWeight)));
  g.output("dreamed", g.clip(g.add(picture, calmed), 0, 1), "float32", dims);
  g.output("loss", loss!, "float32", []);
  g.output("strength", strength, "float32", []);
  return g.build();
}

/**
 * `picture` float32 [1, 3, h, w] in [0, 1] -> `loss` (scalar) and `gradient` [1, 3, h, w], the gradient of
 * the objective with respect to the picture.
 *
 * @throws {ReverieError} for layers or channels that the network does not have
 */
export function dreamGradientGraph(
  network: Network,
  size: Size,
  options: Omit<StepOptions, "smoothing">,
): Model {
  const dims = [1, 3, size.height, size.width];
  const prepared = prepare(network.model, { layers: options.layers, inputShape: dims });
  const { layers } = prepared;
  refuseMissingChannels(prepared.model, options.channels ?? []);
  const { model, preprocessing } = foldPreprocessing(prepared.model, network.preprocessing);
  const g = new GraphBuilder({ name: "dream gradient", opset: model.opset });
  const picture = g.input("picture", "float32", dims);
  const input = preprocess(g, picture, preprocessing);
  const values = inline(g, model, { [model.graph.inputs[0]!.name]: input });
  const { loss, objective } = dreamLoss(g, layers.map((layer) => values[layer]!), options);
  const [gradient] = differentiate(g, objective, [picture], options.forms);
  g.output("loss", loss, "float32", []);
  g.output("gradient", gradient!, "float32", dims);
  return g.build();
}

function refuseMissingChannels({ graph }: Model, channels: readonly number[]): void {
  for (const { name, dims } of graph.outputs) {
    const count = Number(dims?.[1]);
    const missing = channels.find((channel) => channel >= count);
    if (missing === undefined) continue;
    throw invalidParameter(
      "channels",
      `there is no channel ${missing} in ${name}: its channels are 0 to ${count - 1}`,
    );
  }
}

/** Converts an RGB picture in [0, 1] to the input that the network expects. */
export function preprocess(
  g: GraphBuilder,
  picture: string,
  { mean, scale, channelOrder }: Preprocessing,
): string {
  const centred = g.sub(picture, g.floats(mean, [1, 3, 1, 1]));
  const isScaled = scale.some((factor) => factor !== 1);
  const scaled = isScaled ? g.mul(centred, g.floats(scale, [1, 3, 1, 1])) : centred;
  if (channelOrder === "rgb") return scaled;
  return g.op("Gather", [scaled, g.ints(2, 1, 0)], { axis: 1 });
}
