import { elementCount } from "../model.ts";
import { listed, normalizeAxes, normalizeAxis } from "./axes.ts";
import type { Evaluator, GradientRule, Operators, ShapeRule, UpgradeRule } from "./operator.ts";
import { sameAsInput } from "./operator.ts";

/** The same elements in the same order under the shape of the output. */
const evaluate: Evaluator = (c, [output]) => [{ ...c.tensor(0), dims: output!.dims }];

const gradient: GradientRule = ({ grad, x }) => grad.reshape(x.dims);

/** Before operator set 13 the axes were an attribute. */
const axesToInput: UpgradeRule = (c) => c.listToInput("axes");

const reshape: ShapeRule = (c) => {
  const { type, dims } = c.info(0);
  const keepZero = c.int("allowzero", 0) === 1;
  const wanted = c.numbers(1).map((size, axis) => {
    if (size !== 0 || keepZero) return size;
    if (dims[axis] === undefined) {
      throw new Error(`0 at axis ${axis} copies a size that the input does not have`);
    }
    return dims[axis];
  });
  const count = elementCount(dims);
  const known = elementCount(wanted.filter((size) => size !== -1));
  const isOpen = wanted.includes(-1);
  if (isOpen ? known === 0 || count % known !== 0 : known !== count) {
    throw new Error(`${count} elements of ${listed([dims])} do not fill ${listed([wanted])}`);
  }
  return [{ type, dims: wanted.map((size) => size === -1 ? count / known : size) }];
};

const flatten: ShapeRule = (c) => {
  const { type, dims } = c.info(0);
  const given = c.int("axis", 1);
  const axis = given === dims.length ? given : normalizeAxis(given, dims.length);
  return [{ type, dims: [elementCount(dims.slice(0, axis)), elementCount(dims.slice(axis))] }];
};

const squeeze: ShapeRule = (c) => {
  const { type, dims } = c.info(0);
  const given = c.intsOf("axes", 1);
  const axes = given && normalizeAxes(given, dims.length);
  if (axes?.some((axis) => dims[axis] !== 1)) {
    throw new Error(`the axes [${given}] of ${listed([dims])} are not all of size 1`);
  }
  return [{ type, dims: dims.filter((size, axis) => axes ? !axes.includes(axis) : size !== 1) }];
};

const unsqueeze: ShapeRule = (c) => {
  const { type, dims } = c.info(0);
  const given = c.intsOf("axes", 1);
  if (!given) throw new Error("it names no axes");
  const axes = normalizeAxes(given, dims.length + given.length);
  let next = 0;
  const rank = dims.length + axes.length;
  return [{
    type,
    dims: Array.from({ length: rank }, (_, axis) => axes.includes(axis) ? 1 : dims[next++]!),
  }];
};

/** What gives the same elements another shape, or the same one. */
export const reshapes: Operators = {
  Reshape: { shape: reshape, evaluate, reads: "bits", gradient },
  Flatten: { shape: flatten, evaluate, reads: "bits", gradient },
  Squeeze: { shape: squeeze, evaluate, reads: "bits", upgrade: axesToInput, gradient },
  Unsqueeze: { shape: unsqueeze, evaluate, reads: "bits", upgrade: axesToInput, gradient },
  Identity: { shape: sameAsInput, evaluate, reads: "bits", gradient: ({ grad }) => grad },
};
