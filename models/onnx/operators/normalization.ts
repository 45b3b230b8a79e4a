import { float } from "../build.ts";
import { intTensor } from "../model.ts";
import { normalizeAxes, normalizeAxis } from "./axes.ts";
import type { GradientContext } from "./gradient_context.ts";
import type { NodeContext } from "./node_context.ts";
import {
  type GradientRule,
  named,
  type Operator,
  type Operators,
  sameAsInput,
  type UpgradeRule,
} from "./operator.ts";
import type { UpgradeContext } from "./upgrade_context.ts";
import type { Value } from "./value.ts";

/** What keeps a deviation from being zero. */
const epsilonOf = (c: NodeContext): number => c.float("epsilon", 1e-5);

/** A vector with an element for each channel, shaped to broadcast over [batch, channels, …]. */
function perChannel(c: GradientContext, vector: Value): Value {
  return vector.reshape(c.x.dims.slice(1).map((size, axis) => axis === 0 ? size : 1));
}

/** The gradient of a vector that was broadcast over [batch, channels, …]. */
const sumOfChannels = (grad: Value): Value =>
  grad.reduceSum(grad.dims.map((_, axis) => axis).filter((axis) => axis !== 1), 0);

/**
 * Before operator set 14 the outputs behind the first one were statistics for training, and before 9 `spatial = 0` asked
 * for statistics of every pixel of its own.
 */
const upgradeBatch: UpgradeRule = (c) => {
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
  const epsilon = c.scalarLike(epsilonOf(c), x);
  const factor = g.div(scale, g.sqrt(g.add(variance, epsilon)));
  c.finish("Add", [g.mul(g.sub(x, mean), factor), bias]);
}

/** y = (x - mean) gamma / sqrt(variance + epsilon) + beta, with the mean and variance of training. */
const batchNormalization: Operator = {
  /** The outputs behind the first one hold one number for each channel (statistics, in training only). */
  shape: (c) => [
    { type: c.type(0), dims: c.dims(0) },
    ...c.node.outputs.slice(1).map((_, i) => ({ type: c.type(3), dims: c.dims(i % 2 === 0 ? 3 : 4) })),
  ],
  upgrade: upgradeBatch,
  gradient: (c) => {
    const { grad, x } = c;
    const [gamma, mean, variance] = [c.operand(1), c.operand(3), c.operand(4)];
    const deviation = variance.add(epsilonOf(c)).sqrt();
    const unit = () => x.sub(perChannel(c, mean)).div(perChannel(c, deviation));
    return [
      c.needs(0) ? grad.mul(perChannel(c, gamma.div(deviation))) : undefined,
      c.needs(1) ? sumOfChannels(grad.mul(unit())) : undefined,
      c.needs(2) ? sumOfChannels(grad) : undefined,
    ];
  },
};

/** A value centred and divided by its deviation over some axes. */
interface Standardized {
  axes: number[];
  unit: Value;
  /** The deviation's reciprocal. */
  inverse: Value;
}

function standardized(c: GradientContext, axes: number[], epsilon = epsilonOf(c)): Standardized {
  const centred = c.x.sub(c.x.reduceMean(axes));
  const variance = centred.mul(centred).reduceMean(axes);
  const inverse = variance.add(epsilon).sqrt().reciprocal();
  return { axes, unit: centred.mul(inverse), inverse };
}

/** dx = (g - mean(g) - u mean(g u)) / deviation, with u the standardized x and g the gradient of u. */
function throughStandardization(grad: Value, { axes, unit, inverse }: Standardized): Value {
  const along = unit.mul(grad.mul(unit).reduceMean(axes));
  return inverse.mul(grad.sub(grad.reduceMean(axes)).sub(along));
}

const instanceGradient: GradientRule = (c) => {
  const { grad, x } = c;
  const standard = standardized(c, x.dims.map((_, axis) => axis).slice(2));
  return [
    c.needs(0) ? throughStandardization(grad.mul(perChannel(c, c.operand(1))), standard) : undefined,
    c.needs(1) ? sumOfChannels(grad.mul(standard.unit)) : undefined,
    c.needs(2) ? sumOfChannels(grad) : undefined,
  ];
};

const layerNormalization: Operator = {
  shape: (c) => {
    const { type, dims } = c.info(0);
    const first = c.axis(-1);
    const statistics = { type: "float32" as const, dims: dims.map((size, axis) => axis < first ? size : 1) };
    return [{ type, dims }, statistics, statistics];
  },
  gradient: (c) => {
    const { grad, x } = c;
    const gamma = c.operand(1);
    const standard = standardized(c, x.dims.map((_, axis) => axis).slice(c.axis(-1)));
    return [
      c.needs(0) ? throughStandardization(grad.mul(gamma), standard) : undefined,
      c.needs(1) ? grad.mul(standard.unit).sumTo(gamma.dims) : undefined,
      c.needs(2) ? grad.sumTo(c.dims(2)) : undefined,
    ];
  },
};

/**
 * Instance normalisation of [batch, groups, the rest] (Wu and He 2018), an operator since operator set 18. Scale and bias
 * have one element for each group in operator set 18 and one for each channel since 21.
 */
const upgradeGroup: UpgradeRule = (c) => {
  const { g } = c;
  const [x, scale, bias] = [c.input(0), c.input(1), c.input(2)];
  const groups = c.int("num_groups", 1);
  const epsilon = { epsilon: float(epsilonOf(c)) };
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

/** The axes default to all but the channels. What keeps the deviation from being zero is fixed by the specification. */
const meanVarianceNormalization: Operator = {
  shape: sameAsInput,
  gradient: (c) => {
    const axes = normalizeAxes(c.ints("axes", [0, 2, 3]), c.x.rank);
    return throughStandardization(c.grad, standardized(c, axes, 1e-9));
  },
};

/** y = x / |x| along an axis; zeros stay zeros. */
const lpNormalization: Operator = {
  shape: sameAsInput,
  gradient: (c) => {
    const { grad, x, y } = c;
    const axes = [c.axis(-1)];
    const isOne = c.int("p", 2) === 1;
    const norm = x.op(isOne ? "ReduceL1" : "ReduceL2", [], { axes, keepdims: 1 });
    const isZero = norm.equal(0);
    const along = (isOne ? x.sign() : y).mul(grad.mul(y).reduceSum(axes));
    return isZero.where(0, grad.sub(along).div(isZero.where(1, norm)));
  },
};

/** y = x gamma / sqrt(mean(x^2) + epsilon) (Zhang and Sennrich 2019), an operator since operator set 23. */
const upgradeRootMeanSquare: UpgradeRule = (c) => {
  const { g } = c;
  const x = c.input(0);
  const rank = c.rank(0);
  const first = c.int("axis", -1);
  if (rank === undefined && first !== -1) c.refuse("the number of axes is not known");
  const axes = first === -1
    ? [-1]
    : Array.from({ length: rank! - normalizeAxis(first, rank!) }, (_, i) => normalizeAxis(first, rank!) + i);
  const square = g.reduceMean(g.mul(x, x), axes);
  const unit = g.div(x, g.sqrt(g.add(square, c.scalarLike(epsilonOf(c), x))));
  c.finish("Mul", [unit, c.input(1)]);
};

/** Normalisations by mean and deviation. */
export const normalizations: Operators = {
  BatchNormalization: batchNormalization,
  InstanceNormalization: { shape: sameAsInput, gradient: instanceGradient },
  LayerNormalization: layerNormalization,
  GroupNormalization: { shape: sameAsInput, upgrade: upgradeGroup },
  MeanVarianceNormalization: meanVarianceNormalization,
  LpNormalization: lpNormalization,
  ...named("RMSNormalization SimplifiedLayerNormalization", {
    shape: sameAsInput,
    upgrade: upgradeRootMeanSquare,
  }),
};
