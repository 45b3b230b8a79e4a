import { floatAttribute, stringAttribute } from "../../models/onnx/model.ts";
import { map } from "./nd_array.ts";
import { type Call, input, type Operator, type Operators } from "./operator.ts";

function unary(f: (x: number) => number): Operator {
  return (call) => [map(input(call, 0), f)];
}

/** Activations with one or two constants, each with the default value from the specification. */
function parametric<Name extends string>(
  defaults: Record<Name, number>,
  f: (x: number, constants: Record<Name, number>) => number,
): Operator {
  return (call) => {
    const constants = { ...defaults };
    for (const name of Object.keys(defaults) as Name[]) {
      constants[name] = floatAttribute(call.node, name, defaults[name]);
    }
    return [map(input(call, 0), (x) => f(x, constants))];
  };
}

const clamp = (x: number, low: number, high: number) => Math.min(Math.max(x, low), high);
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** The error function: its Taylor series near 0, the continued fraction of erfc (Abramowitz & Stegun 7.1.14) beyond. */
export function erf(x: number): number {
  if (Math.abs(x) > 2.5) return Math.sign(x) * (1 - erfcFraction(Math.abs(x)));
  let term = x;
  let sum = x;
  for (let n = 1; n < 80; n++) {
    term *= -x * x / n;
    sum += term / (2 * n + 1);
  }
  return 2 / Math.sqrt(Math.PI) * sum;
}

function erfcFraction(x: number): number {
  let tail = x;
  for (let n = 120; n >= 1; n--) tail = x + n / 2 / tail;
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * tail);
}

function gelu(call: Call) {
  const tanh = stringAttribute(call.node, "approximate", "none") === "tanh";
  const exact = (x: number) => x / 2 * (1 + erf(x / Math.SQRT2));
  const approximate = (x: number) =>
    x / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
  return [map(input(call, 0), tanh ? approximate : exact)];
}

/** Bounds are inputs since operator set 11, attributes before. */
function clip(call: Call) {
  const low = call.inputs[1]?.data[0] ?? floatAttribute(call.node, "min", -Infinity);
  const high = call.inputs[2]?.data[0] ?? floatAttribute(call.node, "max", Infinity);
  return [map(input(call, 0), (x) => clamp(x, low, high))];
}

/** Rounds halves to even. */
function round(x: number): number {
  const floor = Math.floor(x);
  if (x - floor !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** Operators that act on each element separately. */
export const elementwise: Operators = {
  Identity: unary((x) => x),
  Dropout: unary((x) => x),
  Neg: unary((x) => -x),
  Abs: unary(Math.abs),
  Sqrt: unary(Math.sqrt),
  Exp: unary(Math.exp),
  Log: unary(Math.log),
  Reciprocal: unary((x) => 1 / x),
  Sin: unary(Math.sin),
  Cos: unary(Math.cos),
  Floor: unary(Math.floor),
  Ceil: unary(Math.ceil),
  Round: unary(round),
  Sign: unary(Math.sign),
  Not: unary((x) => x === 0 ? 1 : 0),
  Tan: unary(Math.tan),
  Asin: unary(Math.asin),
  Acos: unary(Math.acos),
  Atan: unary(Math.atan),
  Sinh: unary(Math.sinh),
  Cosh: unary(Math.cosh),
  Asinh: unary(Math.asinh),
  Acosh: unary(Math.acosh),
  Atanh: unary(Math.atanh),
  Erf: unary(erf),
  Gelu: gelu,
  Relu: unary((x) => Math.max(x, 0)),
  Sigmoid: unary(sigmoid),
  Tanh: unary(Math.tanh),
  Softplus: unary(softplus),
  Softsign: unary((x) => x / (1 + Math.abs(x))),
  Mish: unary((x) => x * Math.tanh(softplus(x))),
  HardSwish: unary((x) => x * clamp(x / 6 + 0.5, 0, 1)),
  HardSigmoid: parametric({ alpha: 0.2, beta: 0.5 }, (x, { alpha, beta }) => clamp(alpha * x + beta, 0, 1)),
  LeakyRelu: parametric({ alpha: 0.01 }, (x, { alpha }) => x < 0 ? alpha * x : x),
  ThresholdedRelu: parametric({ alpha: 1 }, (x, { alpha }) => x > alpha ? x : 0),
  Elu: parametric({ alpha: 1 }, (x, { alpha }) => x < 0 ? alpha * Math.expm1(x) : x),
  Celu: parametric(
    { alpha: 1 },
    (x, { alpha }) => Math.max(x, 0) + Math.min(0, alpha * Math.expm1(x / alpha)),
  ),
  Selu: parametric(
    { alpha: 1.67326319217681884765625, gamma: 1.05070102214813232421875 },
    (x, { alpha, gamma }) => gamma * (x <= 0 ? alpha * Math.expm1(x) : x),
  ),
  Shrink: parametric(
    { lambd: 0.5, bias: 0 },
    (x, { lambd, bias }) => x < -lambd ? x + bias : x > lambd ? x - bias : 0,
  ),
  Clip: clip,
};
