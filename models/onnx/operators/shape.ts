import { elementCount, intTensor } from "../model.ts";
import type { NodeContext } from "./node_context.ts";
import type { Operators } from "./operator.ts";

/** The sizes that a Shape node returns: all, or those of the axes from `start` to `end` (operator set 15). */
function sizesOf(c: NodeContext): number[] {
  const dims = c.dims(0);
  const counted = (axis: number) => Math.min(Math.max(axis < 0 ? axis + dims.length : axis, 0), dims.length);
  return dims.slice(counted(c.int("start", 0)), counted(c.int("end", dims.length)));
}

/** Operators that return shapes. */
export const shapes: Operators = {
  Shape: {
    shape: (c) => [{ type: "int64", dims: [sizesOf(c).length] }],
    evaluate: (c) => [intTensor(sizesOf(c))],
    reads: "shapes",
    gradient: "severed",
  },
  Size: {
    shape: () => [{ type: "int64", dims: [] }],
    evaluate: (c) => [intTensor([elementCount(c.dims(0))], [])],
    reads: "shapes",
    gradient: "severed",
  },
};
