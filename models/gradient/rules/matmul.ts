import { floatAttribute, intAttribute, type Tensor } from "../../onnx/model.ts";
import { reduceTo, scale } from "../broadcast.ts";
import type { Rule, RuleContext } from "../registry.ts";
import { transposed } from "../tensors.ts";

const swapped = (rank: number): number[] => {
  const perm = Array.from({ length: rank }, (_, axis) => axis);
  [perm[rank - 2], perm[rank - 1]] = [rank - 1, rank - 2];
  return perm;
};

/** The last two axes exchanged; constants are turned at build time. */
function transpose(c: RuleContext, name: string, rank: number, constant?: Tensor): string {
  if (constant) return c.g.constant(transposed(constant, swapped(rank)), "transposed");
  return c.g.transpose(name, swapped(rank));
}

/** MatMul: dA = g B^T, dB = A^T g, summed over broadcast batch axes; vectors count as a row or a column. */
const matmul: Rule = (c) => {
  const [a, b] = c.node.inputs as [string, string];
  const [aShape, bShape] = [c.shape(a), c.shape(b)];
  const [aFull, bFull] = [
    aShape.length === 1 ? [1, ...aShape] : aShape,
    bShape.length === 1 ? [...bShape, 1] : bShape,
  ];
  const view = (name: string, shape: number[], full: number[]) =>
    shape.length === full.length ? name : c.g.reshape(name, full);
  const batch = batchShape(aFull, bFull);
  const full = [...batch, aFull.at(-2)!, bFull.at(-1)!];
  const grad = full.length === c.shape(c.node.outputs[0]!).length
    ? c.grads[0]!
    : c.g.reshape(c.grads[0]!, full);
  const result: (string | undefined)[] = [undefined, undefined];
  if (c.needs(0)) {
    const right = transpose(
      c,
      view(b, bShape, bFull),
      bFull.length,
      bShape.length > 1 ? c.constant(b) : undefined,
    );
    result[0] = fit(c, c.g.matmul(grad, right), [...batch, ...aFull.slice(-2)], aFull, aShape);
  }
  if (c.needs(1)) {
    const left = transpose(
      c,
      view(a, aShape, aFull),
      aFull.length,
      aShape.length > 1 ? c.constant(a) : undefined,
    );
    result[1] = fit(c, c.g.matmul(left, grad), [...batch, ...bFull.slice(-2)], bFull, bShape);
  }
  return result;
};

function fit(c: RuleContext, grad: string, from: number[], full: number[], shape: number[]): string {
  const reduced = reduceTo(c, grad, from, full);
  return full.length === shape.length ? reduced : c.g.reshape(reduced, shape);
}

function batchShape(a: number[], b: number[]): number[] {
  const rank = Math.max(a.length, b.length) - 2;
  return Array.from({ length: rank }, (_, axis) => {
    const size = (dims: number[]) => dims[axis + dims.length - 2 - rank] ?? 1;
    return size(a) === 1 ? size(b) : size(a);
  });
}

/** Gemm: y = alpha op(A) op(B) + beta C. */
const gemm: Rule = (c) => {
  const [a, b] = c.node.inputs as [string, string];
  const grad = c.grads[0]!;
  const alpha = { kind: "float", value: floatAttribute(c.node, "alpha", 1) } as const;
  const transA = intAttribute(c.node, "transA", 0);
  const transB = intAttribute(c.node, "transB", 0);
  const product = (left: string, right: string, transLeft: number, transRight: number) =>
    c.g.op("Gemm", [left, right], { alpha, transA: transLeft, transB: transRight });
  const grads: (string | undefined)[] = [undefined, undefined];
  if (c.needs(0)) grads[0] = transA ? product(b, grad, transB, 1) : product(grad, b, 0, 1 - transB);
  if (c.needs(1)) grads[1] = transB ? product(grad, a, 1, transA) : product(a, grad, 1 - transA, 0);
  if (c.node.inputs[2] && c.needs(2)) {
    const beta = scale(c, grad, floatAttribute(c.node, "beta", 1));
    grads[2] = reduceTo(c, beta, c.shape(c.node.outputs[0]!), c.shape(c.node.inputs[2]));
  }
  return grads;
};

/** Matrix products. */
export const matmulRules: Record<string, Rule> = { MatMul: matmul, Gemm: gemm };
