import { float } from "../build.ts";
import { listed } from "./axes.ts";
import type { GradientRule, Operator, ShapeRule } from "./operator.ts";
import type { Value } from "./value.ts";

const shape: ShapeRule = (c) => {
  const { type, dims: a } = c.info(0);
  const b = c.dims(1);
  if (a.length !== 2 || b.length !== 2) throw new Error(`${listed([a, b])} are not matrices`);
  const [rows, inner] = c.int("transA", 0) ? [a[1]!, a[0]!] : [a[0]!, a[1]!];
  const [other, columns] = c.int("transB", 0) ? [b[1]!, b[0]!] : [b[0]!, b[1]!];
  if (inner !== other) throw new Error(`${listed([a, b])} do not multiply`);
  return [{ type, dims: [rows, columns] }];
};

const gradient: GradientRule = (c) => {
  const { grad, a, b } = c;
  const [alpha, transA, transB] = [float(c.float("alpha", 1)), c.int("transA", 0), c.int("transB", 0)];
  const product = (left: Value, right: Value, transLeft: number, transRight: number) =>
    left.op("Gemm", [right], { alpha, transA: transLeft, transB: transRight });
  const ofA = () => transA ? product(b, grad, transB, 1) : product(grad, b, 0, 1 - transB);
  const ofB = () => transB ? product(grad, a, 1, transA) : product(a, grad, 1 - transA, 0);
  return [
    c.needs(0) ? ofA() : undefined,
    c.needs(1) ? ofB() : undefined,
    c.needs(2) ? grad.scale(c.float("beta", 1)).sumTo(c.dims(2)) : undefined,
  ];
};

/** y = alpha op(A) op(B) + beta C. */
export const gemm: Operator = { shape, gradient };
