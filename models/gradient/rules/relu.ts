import type { RuleContext } from "../registry.ts";

/** The gradient of y = max(0, x): passes where y > 0. */
export function reluGradient(c: RuleContext, grad: string, y: string): string {
  return c.g.where(c.g.greater(y, c.g.scalar(0)), grad, c.g.scalar(0));
}
