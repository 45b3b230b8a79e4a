import { intAttribute } from "../../models/onnx/model.ts";
import { broadcastShape, broadcastTo, type NdArray, ndArray } from "./nd_array.ts";
import { type Call, input, type Operator, type Operators } from "./operator.ts";

function combine(a: NdArray, b: NdArray, f: (a: number, b: number) => number): NdArray {
  const dims = broadcastShape(a.dims, b.dims);
  const left = broadcastTo(a, dims).data;
  const right = broadcastTo(b, dims).data;
  return ndArray(dims, left.map((value, position) => f(value, right[position]!)));
}

function binary(f: (a: number, b: number) => number): Operator {
  return (call) => [combine(input(call, 0), input(call, 1), f)];
}

function test(f: (a: number, b: number) => boolean): Operator {
  return binary((a, b) => f(a, b) ? 1 : 0);
}

function fold(f: (a: number, b: number) => number): Operator {
  return (call) => [call.inputs.map((_, i) => input(call, i)).reduce((a, b) => combine(a, b, f))];
}

function mod(call: Call): NdArray[] {
  const isFmod = intAttribute(call.node, "fmod", 0) === 1;
  return binary((a, b) => isFmod ? a % b : a - b * Math.floor(a / b))(call);
}

function mean(call: Call): NdArray[] {
  const [sum] = fold((a, b) => a + b)(call);
  return [ndArray(sum!.dims, sum!.data.map((value) => value / call.inputs.length))];
}

function where(call: Call): NdArray[] {
  const [condition, yes, no] = [input(call, 0), input(call, 1), input(call, 2)];
  const dims = broadcastShape(condition.dims, broadcastShape(yes.dims, no.dims));
  const [a, b] = [broadcastTo(yes, dims).data, broadcastTo(no, dims).data];
  return [ndArray(dims, broadcastTo(condition, dims).data.map((c, i) => c ? a[i]! : b[i]!))];
}

/** Operators on two or more arrays that broadcast together. */
export const arithmetic: Operators = {
  Add: binary((a, b) => a + b),
  Sub: binary((a, b) => a - b),
  Mul: binary((a, b) => a * b),
  Div: binary((a, b) => a / b),
  Pow: binary((a, b) => a ** b),
  PRelu: binary((x, slope) => x < 0 ? slope * x : x),
  Greater: test((a, b) => a > b),
  GreaterOrEqual: test((a, b) => a >= b),
  Less: test((a, b) => a < b),
  LessOrEqual: test((a, b) => a <= b),
  Equal: test((a, b) => a === b),
  And: test((a, b) => a !== 0 && b !== 0),
  Or: test((a, b) => a !== 0 || b !== 0),
  Xor: test((a, b) => (a !== 0) !== (b !== 0)),
  Max: fold(Math.max),
  Min: fold(Math.min),
  Sum: fold((a, b) => a + b),
  Mean: mean,
  Mod: mod,
  Where: where,
};
