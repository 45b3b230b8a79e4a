import {
  arrayType,
  elementCount,
  type ElementType,
  intAttribute,
  intsAttribute,
  intTensor,
  type Node,
  numbersOf,
  type Tensor,
  type TensorData,
} from "../onnx/model.ts";
import { elementTypeCode } from "../onnx/build.ts";
import { normalAxis } from "./broadcast.ts";
import { strided, stridesOf, transposed } from "./tensors.ts";

/** Computes a node's only output from constant inputs; undefined where an optional input is missing. */
type Evaluate = (node: Node, inputs: Tensor[]) => Tensor | undefined;

/** A tensor from JavaScript numbers, rounded to the type. */
function tensorOf(type: ElementType, dims: number[], values: ArrayLike<number>): Tensor {
  const data = new (arrayType(type))(values.length) as TensorData;
  for (let i = 0; i < data.length; i++) {
    data[i] = type === "int64" ? BigInt(Math.trunc(values[i]!)) : values[i]!;
  }
  return { type, dims, data };
}

function broadcastShape(shapes: number[][]): number[] {
  const rank = Math.max(...shapes.map((dims) => dims.length));
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = shapes.map((dims) => dims[axis - rank + dims.length] ?? 1);
    return sizes.find((size) => size !== 1) ?? 1;
  });
}

function broadcastTo(tensor: Tensor, dims: number[]): Tensor {
  if (tensor.dims.length === dims.length && tensor.dims.every((size, axis) => size === dims[axis])) {
    return tensor;
  }
  const strides = stridesOf(tensor.dims);
  const lead = dims.length - tensor.dims.length;
  const steps = dims.map((_, axis) =>
    axis < lead || tensor.dims[axis - lead] === 1 ? 0 : strides[axis - lead]!
  );
  return strided(tensor, dims, steps);
}

/** An operator that works element by element with broadcasting. */
function elementwise(compute: (...values: number[]) => number, result?: ElementType): Evaluate {
  return (_, inputs) => {
    const dims = broadcastShape(inputs.map((input) => input.dims));
    const columns = inputs.map((input) => numbersOf(broadcastTo(input, dims)));
    const values = columns[0]!.map((_, i) => compute(...columns.map((column) => column[i]!)));
    return tensorOf(result ?? inputs[inputs.length - 1]!.type, dims, values);
  };
}

const isInteger = (tensor: Tensor): boolean => !tensor.type.startsWith("float");

const divide: Evaluate = (node, inputs) =>
  elementwise((a, b) => isInteger(inputs[0]!) ? Math.trunc(a / b) : a / b)(node, inputs);

const comparison = (holds: (a: number, b: number) => boolean): Evaluate =>
  elementwise((a, b) => holds(a, b) ? 1 : 0, "bool");

const reshaped = (tensor: Tensor, dims: number[]): Tensor => ({ ...tensor, dims });

const reshape: Evaluate = (node, [data, shape]) => {
  const keepZero = intAttribute(node, "allowzero", 0) === 1;
  const dims = numbersOf(shape!).map((size, axis) => size === 0 && !keepZero ? data!.dims[axis]! : size);
  const known = dims.filter((size) => size !== -1).reduce((product, size) => product * size, 1);
  return reshaped(data!, dims.map((size) => size === -1 ? data!.data.length / known : size));
};

const squeeze: Evaluate = (_, [data, axes]) => {
  const dropped = axes && numbersOf(axes).map((axis) => normalAxis(axis, data!.dims.length));
  const drops = (size: number, axis: number) => dropped ? dropped.includes(axis) : size === 1;
  return reshaped(data!, data!.dims.filter((size, axis) => !drops(size, axis)));
};

const unsqueeze: Evaluate = (_, [data, axes]) => {
  const rank = data!.dims.length + axes!.data.length;
  const added = numbersOf(axes!).map((axis) => normalAxis(axis, rank));
  let next = 0;
  return reshaped(
    data!,
    Array.from({ length: rank }, (_, axis) => added.includes(axis) ? 1 : data!.dims[next++]!),
  );
};

const gather: Evaluate = (node, [data, indices]) => {
  const axis = normalAxis(intAttribute(node, "axis", 0), data!.dims.length);
  const size = data!.dims[axis]!;
  const outer = elementCount(data!.dims.slice(0, axis));
  const inner = elementCount(data!.dims.slice(axis + 1));
  const places = numbersOf(indices!).map((index) => normalAxis(index, size));
  const from = numbersOf(data!);
  const values: number[] = [];
  for (let o = 0; o < outer; o++) {
    for (const place of places) {
      for (let i = 0; i < inner; i++) values.push(from[(o * size + place) * inner + i]!);
    }
  }
  return tensorOf(
    data!.type,
    [...data!.dims.slice(0, axis), ...indices!.dims, ...data!.dims.slice(axis + 1)],
    values,
  );
};

const concat: Evaluate = (node, inputs) => {
  const axis = normalAxis(intAttribute(node, "axis", 0), inputs[0]!.dims.length);
  const outer = elementCount(inputs[0]!.dims.slice(0, axis));
  const parts = inputs.map((input) => ({ values: numbersOf(input), run: input.data.length / outer }));
  const values: number[] = [];
  for (let o = 0; o < outer; o++) {
    for (const { values: from, run } of parts) {
      for (let i = o * run; i < (o + 1) * run; i++) values.push(from[i]!);
    }
  }
  const size = inputs.reduce((sum, input) => sum + input.dims[axis]!, 0);
  return tensorOf(inputs[0]!.type, inputs[0]!.dims.map((n, i) => i === axis ? size : n), values);
};

const slice: Evaluate = (_, [data, starts, ends, axes, steps]) => {
  const dims = [...data!.dims];
  const strides = stridesOf(dims);
  const step = strides.slice();
  let offset = 0;
  const list = axes ? numbersOf(axes) : numbersOf(starts!).map((_, axis) => axis);
  list.forEach((given, i) => {
    const axis = normalAxis(given, dims.length);
    const size = data!.dims[axis]!;
    const by = steps ? numbersOf(steps)[i]! : 1;
    const [low, high] = by > 0 ? [0, size] : [-1, size - 1];
    const bound = (value: number) => Math.min(Math.max(value < 0 ? value + size : value, low), high);
    const start = Math.max(bound(numbersOf(starts!)[i]!), 0);
    dims[axis] = Math.max(0, Math.ceil((bound(numbersOf(ends!)[i]!) - start) / by));
    step[axis] = strides[axis]! * by;
    offset += start * strides[axis]!;
  });
  return strided(data!, dims, step, offset);
};

const range: Evaluate = (_, [start, limit, delta]) => {
  const [from, to, by] = [start!, limit!, delta!].map((tensor) => numbersOf(tensor)[0]!) as [
    number,
    number,
    number,
  ];
  const count = Math.max(0, Math.ceil((to - from) / by));
  return tensorOf(start!.type, [count], Array.from({ length: count }, (_, i) => from + i * by));
};

const constantOfShape: Evaluate = (node, [shape]) => {
  const dims = numbersOf(shape!);
  const attribute = node.attributes.value;
  const value = attribute?.kind === "tensor" ? attribute.value : tensorOf("float32", [1], [0]);
  return broadcastTo({ ...value, dims: [1] }, dims);
};

const reduceProduct: Evaluate = (node, [data, axes]) => {
  if (data!.dims.length !== 1 || (axes && axes.data.length !== 1)) return undefined;
  const product = numbersOf(data!).reduce((a, b) => a * b, 1);
  return tensorOf(data!.type, intAttribute(node, "keepdims", 1) === 1 ? [1] : [], [product]);
};

const cast: Evaluate = (node, [data]) => {
  const to = intAttribute(node, "to", 0);
  const type = (Object.keys(elementTypeCode) as ElementType[]).find((name) => elementTypeCode[name] === to);
  if (!type || type === "float16" || data!.type === "float16") return undefined;
  const values = numbersOf(data!);
  return tensorOf(type, data!.dims, type === "bool" ? values.map((value) => value ? 1 : 0) : values);
};

const transpose: Evaluate = (node, [data]) =>
  transposed(data!, intsAttribute(node, "perm", data!.dims.map((_, axis) => data!.dims.length - 1 - axis)));

const expand: Evaluate = (_, [data, shape]) =>
  broadcastTo(data!, broadcastShape([data!.dims, numbersOf(shape!)]));

/** Operators that exporters use to compute shapes and to prepare weights. */
export const constantOperators: ReadonlyMap<string, Evaluate> = new Map(Object.entries<Evaluate>({
  Identity: (_, [data]) => data,
  Shape: (node, [data]) => {
    const rank = data!.dims.length;
    const start = normalAxis(intAttribute(node, "start", 0), rank);
    return intTensor(data!.dims.slice(start, normalAxis(intAttribute(node, "end", rank), rank)));
  },
  Size: (_, [data]) => intTensor([elementCount(data!.dims)], []),
  Add: elementwise((a, b) => a + b),
  Sub: elementwise((a, b) => a - b),
  Mul: elementwise((a, b) => a * b),
  Div: divide,
  Pow: (node, inputs) => elementwise((a, b) => a ** b, inputs[0]!.type)(node, inputs),
  Mod: elementwise((a, b) => a - b * Math.floor(a / b)),
  Max: elementwise(Math.max),
  Min: elementwise(Math.min),
  Neg: elementwise((a) => -a),
  Abs: elementwise(Math.abs),
  Sqrt: elementwise(Math.sqrt),
  Exp: elementwise(Math.exp),
  Log: elementwise(Math.log),
  Reciprocal: elementwise((a) => 1 / a),
  Floor: elementwise(Math.floor),
  Ceil: elementwise(Math.ceil),
  Equal: comparison((a, b) => a === b),
  Greater: comparison((a, b) => a > b),
  GreaterOrEqual: comparison((a, b) => a >= b),
  Less: comparison((a, b) => a < b),
  LessOrEqual: comparison((a, b) => a <= b),
  And: comparison((a, b) => a !== 0 && b !== 0),
  Or: comparison((a, b) => a !== 0 || b !== 0),
  Not: elementwise((a) => a ? 0 : 1, "bool"),
  Where: (node, inputs) => elementwise((a, b, c) => a ? b : c, inputs[1]!.type)(node, inputs),
  Reshape: reshape,
  Flatten: (node, [data]) => {
    const axis = normalAxis(intAttribute(node, "axis", 1), data!.dims.length);
    return reshaped(data!, [elementCount(data!.dims.slice(0, axis)), elementCount(data!.dims.slice(axis))]);
  },
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Transpose: transpose,
  Expand: expand,
  Gather: gather,
  Concat: concat,
  Slice: slice,
  Range: range,
  ConstantOfShape: constantOfShape,
  ReduceProd: reduceProduct,
  Cast: cast,
}));
