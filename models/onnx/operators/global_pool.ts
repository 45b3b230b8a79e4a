import { elementCount } from "../model.ts";
import { normShares, normSlopes } from "./norm_gradient.ts";
import type { Operators, ShapeRule } from "./operator.ts";

const shape: ShapeRule = (c) => {
  const { type, dims } = c.info(0);
  return [{ type, dims: dims.map((size, axis) => axis < 2 ? size : 1) }];
};

/** One element for each channel. */
export const globalPools: Operators = {
  GlobalAveragePool: {
    shape,
    gradient: ({ grad, x }) => grad.scale(1 / elementCount(x.spatial)).expand(x.dims),
  },
  GlobalMaxPool: {
    shape,
    /** Equal maxima share the gradient. */
    gradient: ({ grad, x, y }) => {
      const chosen = x.equal(y).indicator();
      return chosen.mul(grad.div(chosen.reduceSum(x.spatial.map((_, axis) => axis + 2))));
    },
  },
  GlobalLpPool: {
    shape,
    gradient: (c) => normSlopes(c).mul(normShares(c)),
  },
};
