import {
  elementCount,
  floatAttribute,
  intAttribute,
  intsAttribute,
  type Tensor,
} from "../../models/onnx/model.ts";
import {
  at,
  broadcastShape,
  broadcastTo,
  fromTensor,
  generate,
  type NdArray,
  ndArray,
  normalizeAxis,
  reshaped,
} from "./nd_array.ts";
import { type Call, input, integers, type Operators } from "./operator.ts";

/** 0 keeps the input's size (unless allowzero is set), and a single -1 takes the rest. */
function reshape(call: Call): NdArray[] {
  const x = input(call, 0);
  const keepZero = intAttribute(call.node, "allowzero", 0) === 1;
  const dims = integers(call, 1, "shape")!.map((size, axis) =>
    size === 0 && !keepZero ? x.dims[axis]! : size
  );
  const rest = -elementCount(dims);
  return [reshaped(x, dims.map((size) => size === -1 ? x.data.length / rest : size))];
}

function flatten(call: Call): NdArray[] {
  const x = input(call, 0);
  const given = intAttribute(call.node, "axis", 1);
  const axis = given < 0 ? given + x.dims.length : given;
  return [reshaped(x, [elementCount(x.dims.slice(0, axis)), elementCount(x.dims.slice(axis))])];
}

function transpose(call: Call): NdArray[] {
  const x = input(call, 0);
  const perm = intsAttribute(call.node, "perm", x.dims.map((_, axis) => axis).reverse());
  const source = new Array<number>(perm.length);
  return [generate(perm.map((axis) => x.dims[axis]!), (index) => {
    perm.forEach((axis, i) => source[axis] = index[i]!);
    return at(x, source);
  })];
}

function squeeze(call: Call): NdArray[] {
  const x = input(call, 0);
  const axes = integers(call, 1, "axes")?.map((axis) => normalizeAxis(axis, x.dims.length));
  return [reshaped(x, x.dims.filter((size, axis) => axes ? !axes.includes(axis) : size !== 1))];
}

function unsqueeze(call: Call): NdArray[] {
  const x = input(call, 0);
  const given = integers(call, 1, "axes")!;
  const rank = x.dims.length + given.length;
  const axes = given.map((axis) => normalizeAxis(axis, rank));
  const rest = [...x.dims];
  return [reshaped(x, Array.from({ length: rank }, (_, axis) => axes.includes(axis) ? 1 : rest.shift()!))];
}

function expand(call: Call): NdArray[] {
  const x = input(call, 0);
  return [broadcastTo(x, broadcastShape(x.dims, integers(call, 1, "shape")!))];
}

function tile(call: Call): NdArray[] {
  const x = input(call, 0);
  const repeats = integers(call, 1, "repeats")!;
  const dims = x.dims.map((size, axis) => size * repeats[axis]!);
  return [generate(dims, (index) => at(x, index.map((i, axis) => i % x.dims[axis]!)))];
}

function constant({ node }: Call): NdArray[] {
  const value = node.attributes["value"];
  if (value?.kind === "tensor") return [fromTensor(value.value)];
  if (node.attributes["value_int"]) return [ndArray([], [intAttribute(node, "value_int", 0)])];
  if (node.attributes["value_float"]) return [ndArray([], [floatAttribute(node, "value_float", 0)])];
  const list = intsAttribute(node, "value_ints", []);
  return [ndArray([list.length], list)];
}

function constantOfShape(call: Call): NdArray[] {
  const value = call.node.attributes["value"];
  const fill = value?.kind === "tensor" ? fromTensor(value.value as Tensor).data[0]! : 0;
  return [generate(integers(call, 0, "")!, () => fill)];
}

/** Channels to blocks of pixels: DCR has the block offset in the slow part of the channel, CRD in the fast part. */
function depthToSpace(call: Call): NdArray[] {
  const x = input(call, 0);
  const block = intAttribute(call.node, "blocksize", 1);
  const attribute = call.node.attributes["mode"];
  const columnRow = attribute?.kind === "string" && attribute.value === "CRD";
  const [batch, depth, height, width] = x.dims as [number, number, number, number];
  const channels = depth / block ** 2;
  return [generate([batch, channels, height * block, width * block], ([n, c, row, column]) => {
    const offset = (row! % block) * block + column! % block;
    const source = columnRow ? c! * block ** 2 + offset : offset * channels + c!;
    return at(x, [n!, source, Math.floor(row! / block), Math.floor(column! / block)]);
  })];
}

function spaceToDepth(call: Call): NdArray[] {
  const x = input(call, 0);
  const block = intAttribute(call.node, "blocksize", 1);
  const [batch, channels, height, width] = x.dims as [number, number, number, number];
  const dims = [batch, channels * block ** 2, height / block, width / block];
  return [generate(dims, ([n, d, row, column]) => {
    const offset = Math.floor(d! / channels);
    const [y, x0] = [row! * block + Math.floor(offset / block), column! * block + offset % block];
    return at(x, [n!, d! % channels, y, x0]);
  })];
}

/** Elements on one side of a diagonal. */
function trilu(call: Call): NdArray[] {
  const x = input(call, 0);
  const diagonal = call.inputs[1]?.data[0] ?? 0;
  const upper = intAttribute(call.node, "upper", 1) === 1;
  return [generate(x.dims, (index) => {
    const [row, column] = index.slice(-2) as [number, number];
    return (upper ? column - row >= diagonal : column - row <= diagonal) ? at(x, index) : 0;
  })];
}

/** The first elements of each line in reverse, as many as its length says. */
function reverseSequence(call: Call): NdArray[] {
  const [x, lengths] = [input(call, 0), input(call, 1)];
  const time = intAttribute(call.node, "time_axis", 0);
  const batch = intAttribute(call.node, "batch_axis", 1);
  return [generate(x.dims, (index) => {
    const length = lengths.data[index[batch]!]!;
    return at(x, index[time]! < length ? index.with(time, length - 1 - index[time]!) : index);
  })];
}

/** The sum of the elements up to each, itself left out if exclusive. */
function cumulativeSum(call: Call): NdArray[] {
  const x = input(call, 0);
  const axis = normalizeAxis(input(call, 1).data[0]!, x.dims.length);
  const [exclusive, reverse] = ["exclusive", "reverse"].map((name) => intAttribute(call.node, name, 0) === 1);
  return [generate(x.dims, (index) => {
    let sum = 0;
    for (let i = 0; i < x.dims[axis]!; i++) {
      const before = reverse ? i > index[axis]! : i < index[axis]!;
      if (before || (i === index[axis] && !exclusive)) sum += at(x, index.with(axis, i));
    }
    return sum;
  })];
}

/** Operators that rearrange elements, and constants. */
export const shaping: Operators = {
  Reshape: reshape,
  Flatten: flatten,
  Transpose: transpose,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Expand: expand,
  Tile: tile,
  Trilu: trilu,
  ReverseSequence: reverseSequence,
  CumSum: cumulativeSum,
  Shape: (call) => [ndArray([input(call, 0).dims.length], input(call, 0).dims)],
  Constant: constant,
  ConstantOfShape: constantOfShape,
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
};
