import { broadcastShapes, listed } from "./axes.ts";
import type { Operator, Operators } from "./operator.ts";
import { broadcastTo, strided, stridesOf } from "./strided.ts";

const expand: Operator = {
  shape: (c) => [{ type: c.type(0), dims: broadcastShapes(c.dims(0), c.numbers(1)) }],
  evaluate: (c, [output]) => [broadcastTo(c.tensor(0), output!.dims)],
  reads: "bits",
  gradient: ({ grad, x }) => grad.sumTo(x.dims),
};

const tile: Operator = {
  shape: (c) => {
    const { type, dims } = c.info(0);
    const repeats = c.numbers(1);
    if (repeats.length !== dims.length) {
      throw new Error(`${repeats.length} repeats do not fit ${listed([dims])}`);
    }
    return [{ type, dims: dims.map((size, axis) => size * repeats[axis]!) }];
  },
  /** Repeats along an axis are a view of it as two: [repeat, size], the former with step 0. */
  evaluate: (c, [output]) => {
    const source = c.tensor(0);
    const repeats = c.numbers(1);
    const dims = source.dims.flatMap((size, axis) => [repeats[axis]!, size]);
    const steps = stridesOf(source.dims).flatMap((stride) => [0, stride]);
    return [{ ...strided(source, dims, steps), dims: output!.dims }];
  },
  reads: "bits",
  /** The sum over the repeats. */
  gradient: ({ grad, x, y }) => {
    const repeats = x.dims.map((size, axis) => y.dims[axis]! / size);
    if (repeats.every((count) => count === 1)) return grad;
    const axes = repeats.flatMap((count, axis) => count === 1 ? [] : [axis]);
    const parts = x.dims.flatMap((size, axis) => repeats[axis] === 1 ? [size] : [repeats[axis]!, size]);
    return grad.reshape(parts).reduceSum(axes.map((axis, earlier) => axis + earlier), 0);
  },
};

/** Repetition along axes. */
export const repeats: Operators = { Expand: expand, Tile: tile };
