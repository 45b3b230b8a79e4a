import type { GradientContext } from "./gradient_context.ts";
import type { NodeContext, TensorInfo } from "./node_context.ts";
import { type CountedWindows, coveredBy, extentsOf, slidingWindows } from "./windows.ts";

/** The windows of a pool. */
export const poolWindows = (c: NodeContext): CountedWindows => slidingWindows(c, c.ints("kernel_shape", []));

/** Type and shape of a pool's output. */
export function pooled(c: NodeContext): TensorInfo {
  const { type, dims } = c.info(0);
  return { type, dims: [dims[0]!, dims[1]!, ...poolWindows(c).counts] };
}

/** Whether padding counts for the mean (`count_include_pad`). */
export const countsPadding = (c: NodeContext): boolean => c.int("count_include_pad", 0) === 1;

/**
 * The windows of a pool to differentiate. With ceil_mode, a last window that would begin in the padding is
 * dropped. onnxruntime's kernels do that, but its shape inference counts the window and refuses the graph.
 * Writing the same pool with explicit padding avoids this.
 */
export function spelledOutWindows(c: GradientContext): CountedWindows {
  const windows = poolWindows(c);
  if (c.int("ceil_mode", 0) !== 1) return windows;
  const { strides, padsBegin, padsEnd, counts } = windows;
  const extents = extentsOf(windows);
  const { spatial } = c.x;
  const counted = spatial.map((size, axis) =>
    Math.ceil((size + padsBegin[axis]! + padsEnd[axis]! - extents[axis]!) / strides[axis]!) + 1
  );
  if (counted.every((count, axis) => count === counts[axis])) return windows;
  const covered = coveredBy(windows, counts);
  const end = spatial.map((size, axis) => Math.max(0, covered[axis]! - size - padsBegin[axis]!));
  // A larger padding would change what count_include_pad divides by.
  if (!countsPadding(c) || end.every((amount, axis) => amount <= padsEnd[axis]!)) {
    c.changeAttributes({
      ceil_mode: { kind: "int", value: 0 },
      pads: { kind: "ints", value: [...padsBegin, ...end] },
    });
  }
  return windows;
}
