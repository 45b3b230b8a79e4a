import type { Model } from "../../models/onnx/model.ts";
import { arithmetic } from "./arithmetic.ts";
import { convolution } from "./convolution.ts";
import { elementwise } from "./elementwise.ts";
import { gathering } from "./gathering.ts";
import { linear } from "./linear.ts";
import { fromTensor, map, type NdArray } from "./nd_array.ts";
import { normalization } from "./normalization.ts";
import type { Operator, Operators } from "./operator.ts";
import { pooling } from "./pooling.ts";
import { reduction } from "./reduction.ts";
import { resampling } from "./resampling.ts";
import { shaping } from "./shaping.ts";
import { slicing } from "./slicing.ts";
import { elementTypeCode } from "../../models/onnx/build.ts";
import { intAttribute } from "../../models/onnx/model.ts";
import { input } from "./operator.ts";

/**
 * Floats stay float64 whatever precision is requested; integers lose their fraction, booleans become 0 or 1.
 */
const cast: Operator = (call) => {
  const to = intAttribute(call.node, "to", elementTypeCode.float32);
  const { float16, float32, float64, bool } = elementTypeCode;
  if (to === bool) return [map(input(call, 0), (x) => x === 0 ? 0 : 1)];
  return [map(input(call, 0), [float16, float32, float64].includes(to) ? (x) => x : Math.trunc)];
};

const operators: Operators = {
  ...arithmetic,
  ...convolution,
  ...elementwise,
  ...gathering,
  ...linear,
  ...normalization,
  ...pooling,
  ...reduction,
  ...resampling,
  ...shaping,
  ...slicing,
  Cast: cast,
};

/**
 * All values of a model's graph by name, in float64, each operator as the ONNX specification defines it.
 *
 * @throws {TypeError} if the reference does not know an operator, or if an input is not fed
 */
export function evaluate(model: Model, feeds: Record<string, NdArray>): Map<string, NdArray> {
  const values = new Map<string, NdArray>(Object.entries(feeds));
  for (const [name, tensor] of model.graph.initializers) values.set(name, fromTensor(tensor));
  for (const node of model.graph.nodes) {
    const operator = operators[node.op];
    if (!operator) throw new TypeError(`the reference does not know ${node.op}`);
    const inputs = node.inputs.map((name) => name === "" ? undefined : lookUp(values, name));
    const outputs = operator({ node, inputs, opset: model.opset });
    node.outputs.forEach((name, i) => name !== "" && values.set(name, outputs[i]!));
  }
  return values;
}

function lookUp(values: Map<string, NdArray>, name: string): NdArray {
  const value = values.get(name);
  if (!value) throw new TypeError(`nothing feeds the value ${name}`);
  return value;
}
