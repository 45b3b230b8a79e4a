import type { Value } from "../models/engine/engine.ts";

/** How a frame moved since the previous one. */
export interface Motion {
  /** Backward flow at the working size, [1, 2, h, w]. */
  flow: Value;
  /** From 0 (hidden in the previous frame) to 1 (visible in it), [1, 1, h, w]. */
  mask: Value;
  /** Mean of the mask, 0 to 1. */
  visible: number;
  /** Mean length of the flow as a share of the picture's width. */
  motion: number;
}
