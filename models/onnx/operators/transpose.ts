import { listed, normalizeAxes } from "./axes.ts";
import type { NodeContext } from "./node_context.ts";
import type { Operator } from "./operator.ts";
import { transposed } from "./strided.ts";

/** Which axis of the input each axis of the output is; by default they are reversed. */
function permutationOf(c: NodeContext): number[] {
  const dims = c.dims(0);
  const perm = c.ints("perm", dims.map((_, axis) => dims.length - 1 - axis));
  if (perm.length !== dims.length) throw new Error(`[${perm.join(", ")}] does not permute ${listed([dims])}`);
  return normalizeAxes(perm, dims.length);
}

/** The axes in another order. */
export const transpose: Operator = {
  shape: (c) => {
    const { type, dims } = c.info(0);
    return [{ type, dims: permutationOf(c).map((axis) => dims[axis]!) }];
  },
  evaluate: (c) => [transposed(c.tensor(0), permutationOf(c))],
  reads: "bits",
  gradient: (c) => {
    const perm = permutationOf(c);
    return c.grad.transpose(perm.map((_, axis) => perm.indexOf(axis)));
  },
};
