/**
 * The two factors of a p-norm's gradient. For y = (sum |x|^p)^(1/p): dx = |x|^(p-1) sign(x) times (g y^(1-p) summed over
 * the norms that x is part of). Where y is 0, the gradient is taken to be 0.
 *
 * @module
 */

import type { GradientContext } from "./gradient_context.ts";
import type { Value } from "./value.ts";

/** |x|^(p-1) sign(x) for the first input of a pool with the attribute `p` (default 2). */
export function normSlopes(c: GradientContext): Value {
  const p = c.int("p", 2);
  if (p === 2) return c.x;
  return p === 1 ? c.x.sign() : c.x.abs().pow(p - 1).mul(c.x.sign());
}

/** g y^(1-p), shaped like the output. */
export function normShares(c: GradientContext): Value {
  const p = c.int("p", 2);
  if (p === 1) return c.grad;
  const isZero = c.y.equal(0);
  return c.grad.mul(isZero.where(0, isZero.where(1, c.y).pow(1 - p)));
}
