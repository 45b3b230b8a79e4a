/** One step of gradient ascent as a single ONNX graph: DeepDream on one screen. */
import { differentiate, type GradientForms } from "../../models/gradient/differentiate.ts";
import { prepare } from "../../models/gradient/prepare.ts";
import type { Network, Preprocessing } from "../../models/networks/network.ts";
import { GraphBuilder } from "../../models/onnx/build.ts";
import { inline } from "../../models/onnx/inline.ts";
import type { Model } from "../../models/onnx/model.ts";
import { mean, resize, roll, type Size, unrollShift } from "../graphs/picture.ts";
import { adamChange, adamInputs } from "./adam.ts";
import { choiceOf, isRankedOnce, maskName, rankedMask } from "./channels.ts";
import { blurFive, filtered } from "./filters.ts";
import { foldPreprocessing } from "./fold_preprocessing.ts";
import { dreamLoss, type LossOptions } from "./loss.ts";
import { objectiveGradient, type Weights } from "./objective.ts";
import type { OptimizerName } from "./optimizer.ts";
import { type RandomTransforms, tilted, turned, turnedBack } from "./turn.ts";
import { colourScaled, smooth, type Smoothing, stepLength } from "./smoothing.ts";

/** Options of {@link stepGraph}. */
export interface StepOptions extends LossOptions, Weights {
  layers: string[];
  smoothing: Smoothing;
  /** How much of the gradient's colour is kept; 0 changes only brightness, 1 keeps all of it. */
  colour: number;
  /** Default: ascent. */
  optimizer?: OptimizerName | undefined;
  /** What every step turns the picture by at random. Default: none. */
  randomTransforms?: RandomTransforms | undefined;
  /** The forms that suit the execution provider. */
  forms: Required<GradientForms>;
}

/** The outputs of a step's graph. A network's own names are kept apart from them. */
const outputsOf = {
  ascent: ["dreamed", "loss", "strength"],
  adam: ["dreamed", "loss", "strength", "firstNext", "secondNext"],
  lbfgs: ["uphill", "loss", "strength"],
} as const satisfies Record<OptimizerName, readonly string[]>;

/**
 * `picture` float32 [1, 3, h, w] in [0, 1], `shift` int64 [2] (rows, columns), `rate` scalar (change per step,
 * in [0, 1]) -> `dreamed` [1, 3, h, w], `loss` (scalar, before the step) and `strength` (scalar, the smoothed
 * gradient's mean absolute value: 0 if the picture does not move the layers, not finite if the gradient is not).
 *
 * The picture is shifted and run through the network, and the gradient of the loss is smoothed. Ascent scales it to
 * a mean absolute value of `rate` and adds it to the picture. Adam has further inputs and outputs, see
 * {@link adamInputs}. For L-BFGS the graph returns `uphill`, the gradient per grey level, instead of a dream, and has no `rate`.
 *
 * With random transforms there is also the scalar `half`: 1 for half a turn, 0 for none. The shift is that of the turned
 * picture.
 *
 * @param isTilted whether the network sees the picture on its side
 */
export function stepGraph(network: Network, size: Size, options: StepOptions, isTilted = false): Model {
  const { optimizer = "ascent", randomTransforms = "none" } = options;
  const seen = isTilted ? tilted(size) : size;
  const dims = [1, 3, size.height, size.width];
  const g = new GraphBuilder({ name: `step of ${optimizer}`, outputs: [...outputsOf[optimizer]] });
  const picture = g.input("picture", "float32", dims);
  const shift = g.input("shift", "int64", [2]);
  const moments = optimizer === "adam" ? adamInputs(g, size) : undefined;
  const rate = optimizer === "ascent" ? g.input("rate", "float32", []) : undefined;
  const turn = randomTransforms === "none" ? undefined : { isTilted, half: g.input("half", "float32", []) };
  const ofLoss = dreamGradientGraph(network, seen, options);
  // Its inputs besides the picture are those of the step.
  const masks = ofLoss.graph.inputs.slice(1).map(({ name, dims }) => [name, g.input(name, "float32", dims!)]);

  const rolled = roll(g, turn ? turned(g, picture, turn) : picture, shift, 3, seen);
  const { gradient, loss } = inline(g, ofLoss, { ...Object.fromEntries(masks), picture: rolled });
  // Smoothed while shifted, so that the grid of the coarser levels never falls in the same place twice.
  const smoothed = roll(
    g,
    smooth(g, gradient!, seen, options.smoothing),
    unrollShift(g, shift, seen),
    3,
    seen,
  );
  const upright = turn ? turnedBack(g, smoothed, turn) : smoothed;
  const direction = colourScaled(g, upright, size, options.colour);
  const isWeighted = optimizer !== "ascent" || options.tvWeight !== 0 || (options.l2Weight ?? 0) !== 0;
  const isPlain = options.smoothing === "none" && options.colour === 1;
  const climbed = { picture, direction, gradient: isPlain ? undefined : gradient };
  const upwards = isWeighted
    ? objectiveGradient(g, climbed, size, options, network.preprocessing.mean)
    : direction;
  const strength = mean(g, g.abs(direction));
  g.output("loss", loss!, "float32", []);
  g.output("strength", strength, "float32", []);
  if (optimizer === "lbfgs") {
    g.output("uphill", upwards, "float32", dims);
    return g.build();
  }
  const length = (rate: string) => stepLength(g, isWeighted ? mean(g, g.abs(upwards)) : strength, rate);
  const change = moments ? adamChange(g, upwards, moments) : g.mul(upwards, length(rate!));
  g.output("dreamed", g.clip(g.add(picture, change), 0, 1), "float32", dims);
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
  options: LossOptions & Pick<StepOptions, "layers" | "forms">,
): Model {
  const dims = [1, 3, size.height, size.width];
  const { model, preprocessing, layers } = layersOf(network, size, options);
  const g = new GraphBuilder({ name: "dream gradient", opset: model.opset, outputs: ["loss", "gradient"] });
  const picture = g.input("picture", "float32", dims);
  // Declared before the network brings its own names.
  const masks = isRankedOnce(options)
    ? layers.map(({ dims }, index) => g.input(maskName(index), "float32", [dims[1]!]))
    : [];
  const { networkBlur = 0 } = options;
  const sharp = preprocess(g, picture, preprocessing);
  const seen = networkBlur > 0 ? blurFive(g, sharp, dims, networkBlur) : sharp;
  const values = inline(g, model, { [model.graph.inputs[0]!.name]: seen });
  const activations = layers.map(({ layer, dims, choice }, index) => {
    const activation = filtered(g, { value: values[layer]!, dims }, options);
    if (!choice || "channels" in choice) return { ...activation, choice };
    const mask = masks[index] ?? rankedMask(g, activation, choice.rank, choice.count);
    return { ...activation, choice: { mask, count: choice.count } };
  });
  const { loss, objective } = dreamLoss(g, activations, options);
  const [gradient] = differentiate(g, objective, [picture], options.forms);
  g.output("loss", loss, "float32", []);
  g.output("gradient", gradient!, "float32", dims);
  return g.build();
}

/**
 * `picture` float32 [1, 3, h, w] in [0, 1] -> the ranked channels of every layer, `chosen0` … [channels].
 *
 * @param capture the size at which the network sees the picture
 */
export function rankGraph(
  network: Network,
  size: Size,
  options: LossOptions & Pick<StepOptions, "layers">,
  capture = size,
): Model {
  const { model, preprocessing, layers } = layersOf(network, capture, options);
  const outputs = layers.map((_, index) => maskName(index));
  const g = new GraphBuilder({ name: "channel ranks", opset: model.opset, outputs });
  const picture = g.input("picture", "float32", [1, 3, size.height, size.width]);
  const seen = capture === size ? picture : resize(g, picture, 3, capture);
  const values = inline(g, model, { [model.graph.inputs[0]!.name]: preprocess(g, seen, preprocessing) });
  for (const [index, { layer, dims, choice }] of layers.entries()) {
    if (!choice || "channels" in choice) continue;
    const mask = rankedMask(g, { value: values[layer]!, dims }, choice.rank, choice.count);
    g.output(maskName(index), mask, "float32", [dims[1]!]);
  }
  return g.build();
}

/** The network up to its layers, and what counts of each. */
function layersOf(
  network: Network,
  { height, width }: Size,
  options: LossOptions & Pick<StepOptions, "layers">,
) {
  const prepared = prepare(network.model, { layers: options.layers, inputShape: [1, 3, height, width] });
  const layers = prepared.layers.map((layer) => {
    const { dims: declared } = prepared.model.graph.outputs.find(({ name }) => name === layer)!;
    const dims = declared!.map(Number);
    return { layer, dims, choice: choiceOf(options, { name: layer, dims }) };
  });
  return { ...foldPreprocessing(prepared.model, network.preprocessing), layers };
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
