import { intAttribute, stringAttribute } from "../../models/onnx/model.ts";
import { at, generate, type NdArray, normalizeAxis } from "./nd_array.ts";
import { type Call, input, integers, type Operators } from "./operator.ts";

function concat(call: Call): NdArray[] {
  const parts = call.inputs.map((_, i) => input(call, i));
  const axis = normalizeAxis(intAttribute(call.node, "axis", 0), parts[0]!.dims.length);
  const total = parts.reduce((sum, { dims }) => sum + dims[axis]!, 0);
  return [generate(parts[0]!.dims.with(axis, total), (index) => {
    let offset = index[axis]!;
    for (const part of parts) {
      if (offset < part.dims[axis]!) return at(part, index.with(axis, offset));
      offset -= part.dims[axis]!;
    }
    throw new RangeError("an index beyond the last part");
  })];
}

/** Parts of the given sizes, or as equal as possible with a smaller last one. */
function split(call: Call): NdArray[] {
  const x = input(call, 0);
  const axis = normalizeAxis(intAttribute(call.node, "axis", 0), x.dims.length);
  const parts = call.node.outputs.length;
  const size = Math.ceil(x.dims[axis]! / parts);
  const equal = Array.from({ length: parts }, (_, i) => Math.min(size, x.dims[axis]! - i * size));
  let start = 0;
  return (integers(call, 1, "split") ?? equal).map((length) => {
    const first = start;
    start += length;
    return generate(x.dims.with(axis, length), (index) => at(x, index.with(axis, first + index[axis]!)));
  });
}

/** The start of a slice on an axis, and its number of elements; bounds are clamped as specified. */
function sliceRange(
  start: number,
  end: number,
  step: number,
  size: number,
): { first: number; count: number } {
  const clamp = (x: number, low: number, high: number) => Math.min(Math.max(x, low), high);
  const wrap = (x: number) => x < 0 ? x + size : x;
  const first = step > 0 ? clamp(wrap(start), 0, size) : clamp(wrap(start), 0, size - 1);
  const last = step > 0 ? clamp(wrap(end), 0, size) : clamp(wrap(end), -1, size - 1);
  return { first, count: Math.max(0, Math.ceil((last - first) / step)) };
}

function slice(call: Call): NdArray[] {
  const x = input(call, 0);
  const starts = integers(call, 1, "starts")!;
  const ends = integers(call, 2, "ends")!;
  const axes = (integers(call, 3, "axes") ?? starts.map((_, i) => i)).map((a) =>
    normalizeAxis(a, x.dims.length)
  );
  const steps = integers(call, 4, "steps") ?? starts.map(() => 1);
  const ranges = x.dims.map((size) => ({ first: 0, count: size, step: 1 }));
  axes.forEach((axis, i) => {
    ranges[axis] = { ...sliceRange(starts[i]!, ends[i]!, steps[i]!, x.dims[axis]!), step: steps[i]! };
  });
  return [
    generate(
      ranges.map(({ count }) => count),
      (index) => at(x, index.map((i, axis) => ranges[axis]!.first + i * ranges[axis]!.step)),
    ),
  ];
}

/** The index from which an index in the padding takes its value; undefined for the constant. */
function paddingSource(index: number, size: number, mode: string): number | undefined {
  if (index >= 0 && index < size) return index;
  if (mode === "edge") return Math.min(Math.max(index, 0), size - 1);
  if (mode === "wrap") return ((index % size) + size) % size;
  if (mode !== "reflect") return undefined;
  const period = Math.max(1, 2 * (size - 1));
  const folded = ((index % period) + period) % period;
  return folded < size ? folded : period - folded;
}

/** Negative padding crops. */
function pad(call: Call): NdArray[] {
  const x = input(call, 0);
  const rank = x.dims.length;
  const pads = integers(call, 1, "pads")!;
  const value = call.inputs[2]?.data[0] ?? 0;
  const axes = (integers(call, 3, "axes") ?? x.dims.map((_, i) => i)).map((axis) =>
    normalizeAxis(axis, rank)
  );
  const begin = new Array<number>(rank).fill(0);
  const dims = [...x.dims];
  axes.forEach((axis, i) => {
    begin[axis] = pads[i]!;
    dims[axis]! += pads[i]! + pads[i + axes.length]!;
  });
  const mode = stringAttribute(call.node, "mode", "constant");
  return [generate(dims, (index) => {
    const source = index.map((i, axis) => paddingSource(i - begin[axis]!, x.dims[axis]!, mode));
    return source.includes(undefined) ? value : at(x, source as number[]);
  })];
}

/** Operators that slice, join and pad. */
export const slicing: Operators = { Concat: concat, Split: split, Slice: slice, Pad: pad };
