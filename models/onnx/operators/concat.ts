import { listed } from "./axes.ts";
import type { TensorInfo } from "./node_context.ts";
import type { Evaluator, GradientRule, Operator, ShapeRule } from "./operator.ts";
import { forEachPlace, stridesOf, zeros } from "./strided.ts";

const shape: ShapeRule = (c) => {
  const inputs = c.infos();
  const { type, dims } = c.info(0);
  const axis = c.axis(0);
  const fits = (info: TensorInfo) =>
    info.dims.length === dims.length && info.dims.every((size, i) => i === axis || size === dims[i]);
  if (!inputs.every(fits)) {
    throw new Error(`${listed(inputs.map((info) => info.dims))} differ beside axis ${axis}`);
  }
  const size = inputs.reduce((sum, info) => sum + info.dims[axis]!, 0);
  return [{ type, dims: dims.map((n, i) => i === axis ? size : n) }];
};

const evaluate: Evaluator = (c, [output]) => {
  const { type, dims } = output!;
  const axis = c.axis(0);
  const strides = stridesOf(dims);
  const data = zeros(type, strides.length === 0 ? 1 : dims[0]! * strides[0]!);
  let offset = 0;
  c.node.inputs.forEach((_, index) => {
    const part = c.tensor(index);
    forEachPlace(part.dims, strides, offset, (position, place) => data[place] = part.data[position]!);
    offset += part.dims[axis]! * strides[axis]!;
  });
  return [{ type, dims, data }];
};

/** Each input takes its part of the gradient. */
const gradient: GradientRule = (c) => {
  const axis = c.axis(0);
  let end = 0;
  return c.node.inputs.map((_, index) => {
    const start = end;
    end += c.dims(index)[axis]!;
    if (!c.needs(index)) return undefined;
    return axis === 1 ? c.gradChannels(start, end) : c.grad.slice([start], [end], [axis]);
  });
};

/** Values side by side along an axis. */
export const concat: Operator = { shape, evaluate, reads: "bits", gradient };
