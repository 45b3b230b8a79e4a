import { float } from "../../onnx/build.ts";
import type { RuleContext } from "../registry.ts";

/** The largest float32: a positive number times this is at least 1, unless it is denormal. */
const huge = 3.4e38;

/**
 * 1 where a value that is never negative is positive, 0 where it is 0: min(1, huge * value). HardSigmoid runs in all
 * threads and in the blocked layout, which comparisons do not.
 */
export function isPositive(c: RuleContext, value: string): string {
  return c.g.op("HardSigmoid", [value], { alpha: float(huge), beta: float(0) }, "mask");
}

/** The gradient of y = max(0, x): passes where y > 0. */
export function reluGradient(c: RuleContext, grad: string, y: string): string {
  return c.g.mul(grad, isPositive(c, y));
}
