import { float } from "../build.ts";
import { floatAttribute, intTensor } from "../model.ts";
import type { UpgradeContext, UpgradeRule } from "./context.ts";

/**
 * Before operator set 14 the outputs behind the first one were statistics for training, and before 9 `spatial = 0` asked
 * for statistics of every pixel of its own.
 */
const batchNormalization: UpgradeRule = (c) => {
  if (c.opset >= 14) return c.keep();
  if ([1, 2, 3, 4].some((index) => c.isUsed(index))) c.refuse("its statistics of training are used");
  if (c.opset < 9 && c.int("spatial", 1) === 0) return normalizeEveryPixel(c);
  c.change({ outputs: c.node.outputs.slice(0, 1) }, ["spatial"]);
};

/** (x - mean) / sqrt(variance + epsilon) * scale + bias, where all four have the shape of x without the batch. */
function normalizeEveryPixel(c: UpgradeContext): void {
  const { g } = c;
  const [x, scale, bias, mean, variance] = [0, 1, 2, 3, 4].map((index) => c.input(index)) as [
    string,
    string,
    string,
    string,
    string,
  ];
  const epsilon = c.scalarLike(floatAttribute(c.node, "epsilon", 1e-5), x);
  const factor = g.div(scale, g.sqrt(g.add(variance, epsilon)));
  c.finish("Add", [g.mul(g.sub(x, mean), factor), bias]);
}

/**
 * Used on its own a network drops nothing out. Before operator set 12 the ratio was an attribute, and before 10 the mask
 * had the type of the input.
 */
const dropout: UpgradeRule = (c) => {
  if (c.opset >= 12) return c.keep();
  if (c.opset < 10 && c.isUsed(1)) c.refuse("its mask is used");
  const outputs = c.isUsed(1) ? c.node.outputs : c.node.outputs.slice(0, 1);
  c.change({ outputs }, ["ratio", "seed"]);
};

/**
 * Instance normalisation of [batch, groups, the rest] (Wu and He 2018). Scale and bias have one element for each group in
 * operator set 18 and one for each channel since 21.
 */
const groupNormalization: UpgradeRule = (c) => {
  const { g } = c;
  const [x, scale, bias] = [c.input(0), c.input(1), c.input(2)];
  const groups = c.int("num_groups", 1);
  const epsilon = { epsilon: float(floatAttribute(c.node, "epsilon", 1e-5)) };
  const grouped = g.reshape(x, [0, groups, -1]);
  if (c.opset < 21) {
    const normal = g.op("InstanceNormalization", [grouped, scale, bias], epsilon);
    return c.finish("Reshape", [normal, g.op("Shape", [x])]);
  }
  const filled = (value: number) => g.op("Expand", [c.scalarLike(value, x), g.ints(groups)]);
  const normal = g.op("InstanceNormalization", [grouped, filled(1), filled(0)], epsilon);
  const byChannel = g.op("Reshape", [normal, g.op("Shape", [g.reshape(x, [0, 0, -1])])]);
  const column = (value: string) => g.op("Unsqueeze", [value, g.constant(intTensor([1]))]);
  const shifted = g.add(g.mul(byChannel, column(scale)), column(bias));
  c.finish("Reshape", [shifted, g.op("Shape", [x])]);
};

/** Rules for normalisations and dropout. */
export const normalizationRules: Record<string, UpgradeRule> = {
  BatchNormalization: batchNormalization,
  Dropout: dropout,
  GroupNormalization: groupNormalization,
};
