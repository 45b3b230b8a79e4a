import { type AttributeInput, float } from "../build.ts";
import { geluOf } from "./activations.ts";
import { named, type Operators, type UpgradeRule } from "./operator.ts";
import type { UpgradeContext } from "./upgrade_context.ts";

/**
 * The fused operators of the domain com.microsoft, which onnxruntime's tools write into the models that they optimise.
 * Each is written with the standard operators that it was fused from.
 *
 * @module
 */

/** The value after the activation that a fused node names; the value itself if it names none. */
function activated(c: UpgradeContext, value: string, name: string, parameters: number[]): string {
  const { g } = c;
  const [first, second] = parameters;
  switch (name) {
    case "":
      return value;
    case "Relu":
    case "Tanh":
    case "Sigmoid":
    case "Softplus":
    case "Softsign":
    case "HardSwish":
      return g.op(name, [value]);
    case "LeakyRelu":
    case "Elu":
    case "ThresholdedRelu":
      return g.op(name, [value], first === undefined ? {} : { alpha: float(first) });
    case "HardSigmoid":
      return g.op(name, [value], { alpha: float(first ?? 0.2), beta: float(second ?? 0.5) });
    case "Clip":
      return g.clip(value, first, second);
    default:
      return c.refuse(`its activation ${name} is not supported`);
  }
}

/** The attributes of the operator that was fused with others. */
function ownAttributes(c: UpgradeContext, dropped: RegExp): Record<string, AttributeInput> {
  return Object.fromEntries(Object.entries(c.node.attributes).filter(([name]) => !dropped.test(name)));
}

/** Convolution, addition of the fourth input, activation. */
const fusedConv: UpgradeRule = (c) => {
  const { g } = c;
  const operands = c.node.inputs.slice(0, 3).filter((name, i) => name || i < 2);
  const conv = g.op("Conv", operands, ownAttributes(c, /^activation/));
  const sum = c.has(3) ? g.add(conv, c.input(3)) : conv;
  const parameters = c.attribute("activation_params");
  const values = parameters?.kind === "floats" ? parameters.value : [];
  c.finish("Identity", [activated(c, sum, c.string("activation", ""), values)]);
};

const fusedGemm: UpgradeRule = (c) => {
  const product = c.g.op("Gemm", c.node.inputs, ownAttributes(c, /^activation/));
  const parameters = ["activation_alpha", "activation_beta", "activation_gamma"]
    .flatMap((name) => c.attribute(name) ? [c.float(name, 0)] : []);
  c.finish("Identity", [activated(c, product, c.string("activation", ""), parameters)]);
};

/** alpha A' B', each matrix transposed on request. */
const fusedMatMul: UpgradeRule = (c) => {
  const { g } = c;
  if (c.int("transBatchA", 0) || c.int("transBatchB", 0)) c.refuse("its batch axes are transposed");
  const operand = (index: number, transposes: boolean) => {
    if (!transposes) return c.input(index);
    const rank = c.rank(index) ?? c.refuse("the number of axes is not known");
    if (rank < 2) return c.input(index);
    const perm = Array.from({ length: rank }, (_, axis) => axis);
    perm.push(...perm.splice(-2).reverse());
    return g.transpose(c.input(index), perm);
  };
  const [a, b] = [operand(0, c.int("transA", 0) === 1), operand(1, c.int("transB", 0) === 1)];
  c.finish("Mul", [g.matmul(a, b), c.scalarLike(c.float("alpha", 1), a)]);
};

/** The sum of the inputs that are given. */
function sumOf(c: UpgradeContext, ...indices: number[]): string {
  return indices.filter((index) => c.has(index)).map((index) => c.input(index)).reduce(c.g.add);
}

/** Gelu of the input plus a bias, if there is one. */
const biasedGelu = (form: "erf" | "tanh"): UpgradeRule => (c) => {
  c.finish("Identity", [geluOf(c, sumOf(c, 0, 1), form)]);
};

/** x * sigmoid(alpha x). */
const quickGelu: UpgradeRule = (c) => {
  const x = c.input(0);
  c.finish("Mul", [x, c.g.sigmoid(c.g.mul(x, c.scalarLike(c.float("alpha", 1.702), x)))]);
};

/** Layer normalisation of input + skip (+ bias); the fourth output is that sum. */
const skipNormalization = (op: string): UpgradeRule => (c) => {
  if (c.isUsed(1) || c.isUsed(2)) c.refuse("its statistics are used");
  const isSimplified = op === "SimplifiedLayerNormalization";
  const sum = isSimplified ? sumOf(c, 0, 1, 3) : sumOf(c, 0, 1, 4);
  const [result = "", , , total] = c.node.outputs;
  if (total) c.append("Identity", [sum], [total]);
  const epsilon = { epsilon: float(c.float("epsilon", 1e-12)) };
  if (!isSimplified) {
    const bias = c.has(3) ? [c.input(3)] : [];
    return c.append(op, [sum, c.input(2), ...bias], [result], { axis: -1, ...epsilon });
  }
  const { g } = c;
  const square = g.reduceMean(g.mul(sum, sum), [-1]);
  const root = g.sqrt(g.add(square, c.scalarLike(c.float("epsilon", 1e-12), sum)));
  c.append("Mul", [g.div(sum, root), c.input(2)], [result]);
};

/** Scaled products of queries and keys, [batch, tokens, heads * size] each (Vaswani et al. 2017). */
function attended(c: UpgradeContext, [query, key, value]: [string, string, string]): string {
  const { g } = c;
  const heads = c.int("num_heads", 1);
  if (c.int("unidirectional", 0) === 1) c.refuse("it only looks back");
  const split = (x: string, perm: number[]) => g.transpose(g.reshape(x, [0, 0, heads, -1]), perm);
  const [q, k, v] = [split(query, [0, 2, 1, 3]), split(key, [0, 2, 3, 1]), split(value, [0, 2, 1, 3])];
  const given = c.float("scale", 0);
  const size = g.cast(g.op("Shape", [q], { start: 3, end: 4 }), "float32");
  const scale = given === 0 ? g.op("Reciprocal", [g.sqrt(size)]) : g.scalar(given);
  const factor = c.isFloat32() ? scale : g.op("CastLike", [scale, q]);
  const weights = g.op("Softmax", [g.mul(g.matmul(q, k), factor)], { axis: -1 });
  return g.reshape(g.transpose(g.matmul(weights, v), [0, 2, 1, 3]), [0, 0, -1]);
}

function refuseInputs(c: UpgradeContext, first: number): void {
  if (c.node.inputs.some((name, index) => index >= first && name)) {
    c.refuse("masks and caches are not supported");
  }
}

/** Queries, keys and values are one projection of the input. */
const attention: UpgradeRule = (c) => {
  refuseInputs(c, 3);
  const { g } = c;
  const projected = g.matmul(c.input(0), c.input(1));
  const joined = c.has(2) ? g.add(projected, c.input(2)) : projected;
  const sizes = c.ints("qkv_hidden_sizes", []);
  const split = sizes.length === 3 ? [joined, g.ints(...sizes)] : [joined];
  const parts = g.ops("Split", split, { axis: -1 }, 3) as [string, string, string];
  c.finish("Identity", [attended(c, parts)]);
};

const multiHeadAttention: UpgradeRule = (c) => {
  refuseInputs(c, 4);
  if (!c.has(1) || !c.has(2)) c.refuse("packed queries and keys are not supported");
  const inputs = [0, 1, 2].map((index) => c.input(index)) as [string, string, string];
  if (!c.has(3)) return c.finish("Identity", [attended(c, inputs)]);
  const biases = c.g.ops("Split", [c.input(3)], { axis: 0 }, 3);
  c.finish("Identity", [
    attended(c, inputs.map((x, i) => c.g.add(x, biases[i]!)) as [string, string, string]),
  ]);
};

/** Group normalisation with channels last, then x * sigmoid(x) on request. */
const groupNorm: UpgradeRule = (c) => {
  const { g } = c;
  const isLast = c.int("channels_last", 1) === 1;
  const groups = c.int("groups", 1);
  const x = isLast ? g.transpose(c.input(0), [0, 3, 1, 2]) : c.input(0);
  const filled = (value: number) => g.op("Expand", [c.scalarLike(value, x), g.ints(groups)]);
  const epsilon = { epsilon: float(c.float("epsilon", 1e-5)) };
  const grouped = g.op(
    "InstanceNormalization",
    [g.reshape(x, [0, groups, -1]), filled(1), filled(0)],
    epsilon,
  );
  const shaped = g.op("Reshape", [grouped, g.op("Shape", [x])]);
  const column = (value: string) => g.reshape(value, [-1, 1, 1]);
  const shifted = g.add(g.mul(shaped, column(c.input(1))), column(c.input(2)));
  const active = c.int("activation", 0) === 1 ? g.mul(shifted, g.sigmoid(shifted)) : shifted;
  if (isLast) c.finish("Transpose", [active], { perm: [0, 2, 3, 1] });
  else c.finish("Identity", [active]);
};

/** Operators of com.microsoft. */
export const microsoft: Operators = {
  FusedConv: { upgrade: fusedConv },
  FusedGemm: { upgrade: fusedGemm },
  ...named("FusedMatMul TransposeMatMul", { upgrade: fusedMatMul }),
  ...named("Gelu BiasGelu", { upgrade: biasedGelu("erf") }),
  FastGelu: { upgrade: biasedGelu("tanh") },
  QuickGelu: { upgrade: quickGelu },
  BiasAdd: { upgrade: (c) => c.finish("Add", [c.g.add(c.input(0), c.input(1)), c.input(2)]) },
  SkipLayerNormalization: { upgrade: skipNormalization("LayerNormalization") },
  SkipSimplifiedLayerNormalization: { upgrade: skipNormalization("SimplifiedLayerNormalization") },
  Attention: { upgrade: attention },
  MultiHeadAttention: { upgrade: multiHeadAttention },
  GroupNorm: { upgrade: groupNorm },
};
