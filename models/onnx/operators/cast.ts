import { elementTypeCode } from "../build.ts";
import { type ElementType, numbersOf } from "../model.ts";
import type { Evaluator, Operators, UpgradeRule } from "./operator.ts";
import { tensorOf } from "./tensor_of.ts";

/** The element type that a number of ONNX's (TensorProto.DataType) stands for. Throws where Reverie does not know it. */
export function typeOfCode(code: number): ElementType {
  const found = (Object.keys(elementTypeCode) as ElementType[]).find((type) =>
    elementTypeCode[type] === code
  );
  if (!found) throw new Error(`element type ${code} is not supported`);
  return found;
}

const evaluate: Evaluator = (c, [output]) => {
  const { type, dims } = output!;
  const values = numbersOf(c.tensor(0));
  return [tensorOf(type, dims, type === "bool" ? values.map((value) => value === 0 ? 0 : 1) : values)];
};

/** An attribute that only says something about types that Reverie does not have (8-bit floats). */
const upgrade: UpgradeRule = (c) => c.change({}, ["saturate"]);

/** Changes of the element type. */
export const casts: Operators = {
  Cast: {
    shape: (c) => [{ type: typeOfCode(c.int("to", 0)), dims: c.dims(0) }],
    evaluate,
    upgrade,
    gradient: ({ grad }) => grad,
  },
  CastLike: {
    shape: (c) => [{ type: c.type(1), dims: c.dims(0) }],
    evaluate,
    upgrade,
    gradient: ({ grad }) => grad,
  },
};
