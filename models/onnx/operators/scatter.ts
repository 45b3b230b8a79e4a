import { elementCount, type Tensor } from "../model.ts";
import { alongAxis, eachTuple } from "./gather.ts";
import { type Evaluator, type Operators, sameAsInput, type UpgradeRule } from "./operator.ts";

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
  ScatterElements: { shape: sameAsInput, evaluate: scatterElements, upgrade },
  ScatterND: { shape: sameAsInput, evaluate: scatterNd, upgrade },
};
