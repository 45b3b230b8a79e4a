import { elementCount, type ElementType, intAttribute, numbersOf } from "../../model.ts";
import { broadcastSteps, forEachPlace } from "../strided.ts";
import { type Evaluator, tensorAt, tensorOf } from "./evaluator.ts";

type Compute = (...values: number[]) => number;

const isInteger = (type: ElementType): boolean => !type.startsWith("float");

/** Applies a function of one, two or three numbers with broadcasting; it may depend on the inputs' type. */
function elementwise(computeFor: (type: ElementType) => Compute): Evaluator {
  return (node, [output]) => {
    const { type, dims } = output!;
    const compute = computeFor(node.type(0));
    const columns = node.node.inputs.map((_, index) => {
      const tensor = tensorAt(node, index);
      const from = numbersOf(tensor);
      const column = new Float64Array(elementCount(dims));
      forEachPlace(dims, broadcastSteps(tensor.dims, dims), 0, (to, place) => column[to] = from[place]!);
      return column;
    });
    const [a, b, c] = columns;
    const values = a!.map((_, i) => compute(a![i]!, b?.[i] as number, c?.[i] as number));
    return [tensorOf(type, dims, values)];
  };
}

const plain = (compute: Compute): Evaluator => elementwise(() => compute);
const holds = (test: (...values: number[]) => boolean): Evaluator => plain((a, b) => test(a!, b!) ? 1 : 0);

/** Adds up any number of inputs, two at a time. */
function folded(
  compute: (a: number, b: number) => number,
  finish: (sum: number, count: number) => number,
): Evaluator {
  return (node, [output]) => {
    const { type, dims } = output!;
    let total: Float64Array | undefined;
    for (let index = 0; index < node.node.inputs.length; index++) {
      const tensor = tensorAt(node, index);
      const from = numbersOf(tensor);
      const next = new Float64Array(elementCount(dims));
      forEachPlace(dims, broadcastSteps(tensor.dims, dims), 0, (to, place) => {
        next[to] = total ? compute(total[to]!, from[place]!) : from[place]!;
      });
      total = next;
    }
    return [tensorOf(type, dims, total!.map((sum) => finish(sum, node.node.inputs.length)))];
  };
}

const same = (value: number): number => value;

function roundHalfToEven(value: number): number {
  const rounded = Math.round(value);
  return Math.abs(value % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/** The remainder has the divisor's sign, or with fmod the dividend's. */
const mod: Evaluator = (node, outputs) => {
  const isFmod = intAttribute(node.node, "fmod", 0) === 1;
  return plain((a, b) => isFmod ? a! % b! : a! - b! * Math.floor(a! / b!))(node, outputs);
};

const clip: Evaluator = (node, [output]) => {
  const bound = (name: string, index: number, open: number) => {
    const attribute = node.node.attributes[name];
    if (attribute?.kind === "float") return attribute.value;
    return node.has(index) ? node.numbers(index)[0]! : open;
  };
  const [low, high] = [bound("min", 1, -Infinity), bound("max", 2, Infinity)];
  const values = numbersOf(tensorAt(node, 0)).map((value) => Math.min(Math.max(value, low), high));
  return [tensorOf(output!.type, output!.dims, values)];
};

const cast: Evaluator = (node, [output]) => {
  const values = numbersOf(tensorAt(node, 0));
  return [
    tensorOf(
      output!.type,
      output!.dims,
      output!.type === "bool" ? values.map((v) => v === 0 ? 0 : 1) : values,
    ),
  ];
};

/** Arithmetic and logic on known values. */
export const elementwiseEvaluators: Record<string, Evaluator> = {
  Add: plain((a, b) => a! + b!),
  Sub: plain((a, b) => a! - b!),
  Mul: plain((a, b) => a! * b!),
  Div: elementwise((type) => isInteger(type) ? (a, b) => Math.trunc(a! / b!) : (a, b) => a! / b!),
  Pow: plain((a, b) => a! ** b!),
  Mod: mod,
  Neg: plain((a) => -a!),
  Abs: plain(Math.abs),
  Sign: plain(Math.sign),
  Floor: plain(Math.floor),
  Ceil: plain(Math.ceil),
  Round: plain((a) => roundHalfToEven(a!)),
  Sqrt: plain(Math.sqrt),
  Exp: plain(Math.exp),
  Log: plain(Math.log),
  Reciprocal: plain((a) => 1 / a!),
  Relu: plain((a) => Math.max(a!, 0)),
  Max: folded(Math.max, same),
  Min: folded(Math.min, same),
  Sum: folded((a, b) => a + b, same),
  Mean: folded((a, b) => a + b, (sum, count) => sum / count),
  Equal: holds((a, b) => a === b),
  Greater: holds((a, b) => a! > b!),
  GreaterOrEqual: holds((a, b) => a! >= b!),
  Less: holds((a, b) => a! < b!),
  LessOrEqual: holds((a, b) => a! <= b!),
  And: holds((a, b) => a !== 0 && b !== 0),
  Or: holds((a, b) => a !== 0 || b !== 0),
  Xor: holds((a, b) => (a !== 0) !== (b !== 0)),
  Not: holds((a) => a === 0),
  Where: plain((condition, a, b) => condition !== 0 ? a! : b!),
  Clip: clip,
  Cast: cast,
  CastLike: cast,
};
