import { elementCount } from "../model.ts";
import type { Operator } from "./operator.ts";

/** Puts each element where the Indices of a MaxPool say, and zeros elsewhere. */
export const maxUnpool: Operator = {
  shape: (c) => {
    const { type, dims: [batch, channels, ...spatial] } = c.info(0);
    if (c.has(2)) return [{ type, dims: c.numbers(2) }];
    const kernel = c.ints("kernel_shape", []);
    const strides = c.ints("strides", kernel.map(() => 1));
    const pads = c.ints("pads", kernel.flatMap(() => [0, 0]));
    const wide = spatial.map((size, axis) =>
      (size - 1) * strides[axis]! + kernel[axis]! - pads[axis]! - pads[axis + kernel.length]!
    );
    return [{ type, dims: [batch!, channels!, ...wide] }];
  },
  /** Each element's gradient is read where the element was put. */
  gradient: (c) => {
    const { grad, x } = c;
    const flat = grad.reshape([elementCount(grad.dims)]);
    const indices = c.operand(1).reshape([elementCount(x.dims)]);
    return flat.op("GatherElements", [indices], { axis: 0 }).reshape(x.dims);
  },
};
