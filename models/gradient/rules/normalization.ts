import { floatAttribute, intAttribute } from "../../onnx/model.ts";
import { normalAxis, reduceTo } from "../broadcast.ts";
import type { Rule, RuleContext } from "../registry.ts";
import { lrn } from "./lrn.ts";

/** A per-channel vector shaped to broadcast over [batch, channels, …]. */
function perChannel(c: RuleContext, name: string): string {
  const dims = c.shape(c.node.inputs[0]!);
  return c.g.reshape(name, dims.slice(1).map((size, axis) => axis === 0 ? size : 1));
}

/** Every axis but the channels. */
function allButChannels(c: RuleContext): number[] {
  return c.shape(c.node.inputs[0]!).map((_, axis) => axis).filter((axis) => axis !== 1);
}

/** Inference: y = (x - mean) scale / sqrt(var + epsilon) + bias. */
const batchNormalization: Rule = (c) => {
  const { g } = c;
  const [x, gamma, , mean, variance] = c.node.inputs as [string, string, string, string, string];
  const epsilon = g.scalar(floatAttribute(c.node, "epsilon", 1e-5));
  const deviation = g.sqrt(g.add(variance, epsilon));
  const grad = c.grads[0]!;
  const centred = () => g.div(g.sub(x, perChannel(c, mean)), perChannel(c, deviation));
  return [
    c.needs(0) ? g.mul(grad, perChannel(c, g.div(gamma, deviation))) : undefined,
    c.needs(1) ? g.reduceSum(g.mul(grad, centred()), allButChannels(c), 0) : undefined,
    c.needs(2) ? g.reduceSum(grad, allButChannels(c), 0) : undefined,
    undefined,
    undefined,
  ];
};

/** x centred and divided by its deviation over `axes`, and the reciprocal of that deviation. */
function standardized(c: RuleContext, axes: number[]): { unit: string; inverse: string } {
  const { g } = c;
  const x = c.node.inputs[0]!;
  const centred = g.sub(x, g.reduceMean(x, axes));
  const variance = g.reduceMean(g.mul(centred, centred), axes);
  const epsilon = g.scalar(floatAttribute(c.node, "epsilon", 1e-5));
  const inverse = g.op("Reciprocal", [g.sqrt(g.add(variance, epsilon))]);
  return { unit: g.mul(centred, inverse), inverse };
}

/** dx = (g - mean(g) - u mean(g u)) / deviation, with u the standardized x and g the gradient of u. */
function throughStandardization(
  c: RuleContext,
  grad: string,
  axes: number[],
  unit: string,
  inverse: string,
): string {
  const { g } = c;
  const along = g.mul(unit, g.reduceMean(g.mul(grad, unit), axes));
  return g.mul(inverse, g.sub(g.sub(grad, g.reduceMean(grad, axes)), along));
}

const instanceNormalization: Rule = (c) => {
  const { g } = c;
  const axes = c.shape(c.node.inputs[0]!).map((_, axis) => axis).slice(2);
  const { unit, inverse } = standardized(c, axes);
  const grad = c.grads[0]!;
  const scaled = () => g.mul(grad, perChannel(c, c.node.inputs[1]!));
  return [
    c.needs(0) ? throughStandardization(c, scaled(), axes, unit, inverse) : undefined,
    c.needs(1) ? g.reduceSum(g.mul(grad, unit), allButChannels(c), 0) : undefined,
    c.needs(2) ? g.reduceSum(grad, allButChannels(c), 0) : undefined,
  ];
};

const layerNormalization: Rule = (c) => {
  const { g } = c;
  const [x, gamma, beta] = c.node.inputs as [string, string, string?];
  const dims = c.shape(x);
  const first = normalAxis(intAttribute(c.node, "axis", -1), dims.length);
  const axes = dims.map((_, axis) => axis).slice(first);
  const { unit, inverse } = standardized(c, axes);
  const grad = c.grads[0]!;
  return [
    c.needs(0) ? throughStandardization(c, g.mul(grad, gamma), axes, unit, inverse) : undefined,
    c.needs(1) ? reduceTo(c, g.mul(grad, unit), dims, c.shape(gamma)) : undefined,
    ...(beta ? [c.needs(2) ? reduceTo(c, grad, dims, c.shape(beta)) : undefined] : []),
  ];
};

/** Normalisations. */
export const normalizationRules: Record<string, Rule> = {
  BatchNormalization: batchNormalization,
  InstanceNormalization: instanceNormalization,
  LayerNormalization: layerNormalization,
  LRN: lrn,
};
