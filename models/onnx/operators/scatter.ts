import { elementCount, type Tensor } from "../model.ts";
import { alongAxis, eachTuple } from "./gather.ts";
import type { GradientContext } from "./gradient_context.ts";
import {
  type Evaluator,
  type GradientRule,
  type Operators,
  sameAsInput,
  type UpgradeRule,
} from "./operator.ts";
import type { Value } from "./value.ts";

const scatterElements: Evaluator = (c, [output]) => {
  if (c.string("reduction", "none") !== "none") return undefined;
  const [source, updates] = [c.tensor(0), c.tensor(2)];
  const data = source.data.slice() as Tensor["data"];
  alongAxis(c.tensor(1), source.dims, c.axis(0), (position, place) => data[place] = updates.data[position]!);
  return [{ ...output!, data }];
};

const scatterNd: Evaluator = (c, [output]) => {
  if (c.string("reduction", "none") !== "none") return undefined;
  const [source, indices, updates] = [c.tensor(0), c.tensor(1), c.tensor(2)];
  const run = elementCount(source.dims.slice(indices.dims.at(-1)));
  const data = source.data.slice() as Tensor["data"];
  eachTuple(indices, source.dims, (position, place) => {
    for (let i = 0; i < run; i++) data[place + i] = updates.data[position * run + i]!;
  });
  return [{ ...output!, data }];
};

/** Reduction "none" replaces elements, "add" adds to them. Each update reads its gradient where it was written. */
function scatterGradient(
  c: GradientContext,
  read: (grad: Value, indices: Value) => Value,
): (Value | undefined)[] {
  const reduction = c.string("reduction", "none");
  if (reduction !== "none" && reduction !== "add") {
    c.refuse(`scatters with reduction ${reduction}, which cannot be differentiated`);
  }
  const { grad, b: indices } = c;
  const { axis } = c.node.attributes;
  const kept = () =>
    reduction === "add"
      ? grad
      : grad.op(c.node.op, [indices, c.zeros(c.dims(2))], axis === undefined ? {} : { axis });
  return [c.needs(0) ? kept() : undefined, undefined, c.needs(2) ? read(grad, indices) : undefined];
}

const elementsGradient: GradientRule = (c) =>
  scatterGradient(c, (grad, indices) => grad.op("GatherElements", [indices], { axis: c.axis(0) }));

const ndGradient: GradientRule = (c) => scatterGradient(c, (grad, indices) => grad.op("GatherND", [indices]));

/** Scattering can keep the largest or smallest since operator set 18. */
const upgrade: UpgradeRule = (c) => {
  const reduction = c.string("reduction", "none");
  if (reduction === "max" || reduction === "min") c.refuse(`reduction ${reduction} is not supported`);
  c.keep();
};

/** Writing elements by index. Scatter is the name of ScatterElements before operator set 11. */
export const scattering: Operators = {
  Scatter: {
    shape: sameAsInput,
    evaluate: scatterElements,
    upgrade: (c) => c.change({ op: "ScatterElements" }),
  },
  ScatterElements: { shape: sameAsInput, evaluate: scatterElements, upgrade, gradient: elementsGradient },
  ScatterND: { shape: sameAsInput, evaluate: scatterNd, upgrade, gradient: ndGradient },
};
