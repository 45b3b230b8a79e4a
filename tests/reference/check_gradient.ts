import ort from "../../models/engine/onnxruntime.ts";
import { differentiate, type GradientForms } from "../../models/gradient/differentiate.ts";
import { type AttributeInput, GraphBuilder } from "../../models/onnx/build.ts";
import type { Model } from "../../models/onnx/model.ts";
import { writeModel } from "../../models/onnx/write.ts";
import { centralDifferences } from "./central_differences.ts";
import { evaluate } from "./evaluate.ts";
import { type NdArray, ndArray } from "./nd_array.ts";
import { Random } from "./random.ts";

/** A small graph with the inputs to differentiate with respect to. */
export interface Case {
  inputs: Record<string, NdArray>;
  /**
   * Adds the graph under test; receives the inputs' names in order, returns the values that form the loss.
   */
  build(g: GraphBuilder, inputs: string[]): string[];
  /** The operators and attributes drawn, printed if the case fails. */
  description: string;
  /** Version of the operator set; 17 by default, higher if the operator requires it. */
  opset?: number;
}

/** Step of the central differences: error about 1e-10 relative, far below the tolerances. */
const step = 1e-5;

/**
 * Left and right slopes that differ by more than this share of the largest slope indicate a kink within h.
 */
const bendTolerance = 1e-4;

/** onnxruntime's float32 forward pass against float64, relative to the largest element. */
const forwardTolerance = 1e-5;

/**
 * ||a - b|| / ||b||, float32 gradient against differences, as promised by the rules. Most cases are near
 * 1e-7, none near 1e-5.
 */
export const gradientTolerance = 1e-4;

/**
 * The same gradient graph evaluated in float64, so that rounding cannot hide a slightly wrong rule. What
 * remains is the error of the differences and of constants that a graph holds as float32.
 */
const exactTolerance = 1e-6;

/** A case with one input, one operator and one output. */
export function oneOperator(
  x: NdArray,
  op: string,
  attributes: Record<string, AttributeInput>,
  constants: (g: GraphBuilder) => string[] = () => [],
): Case {
  return {
    inputs: { x },
    build: (g, [name]) => [g.op(op, [name!, ...constants(g)], attributes)],
    description: `${op} on [${x.dims}] ${JSON.stringify(attributes)}`,
  };
}

/** An input drawn uniformly from [low, high), exact in float32. */
export function drawInput(random: Random, dims: number[], low = -1, high = 1): NdArray {
  return ndArray(dims, random.floats(dims, low, high));
}

/** Runs a model in onnxruntime on the CPU in float32 and returns its outputs as float64. */
export async function runModel(model: Model, feeds: Record<string, NdArray>): Promise<Map<string, NdArray>> {
  const session = await ort.InferenceSession.create(writeModel(model), {
    executionProviders: ["cpu"],
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  try {
    const tensors = Object.entries(feeds).map(([name, { dims, data }]) =>
      [name, new ort.Tensor("float32", Float32Array.from(data), dims)] as const
    );
    const outputs = await session.run(Object.fromEntries(tensors));
    return new Map(
      Object.entries(outputs).map(([name, { dims, data }]) =>
        [name, ndArray(dims, data as Float32Array)] as const
      ),
    );
  } finally {
    await session.release();
  }
}

/** ||a - b|| / ||b||, or ||a - b|| if b is zero. */
export function relativeError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [difference, norm] = [0, 0];
  for (let i = 0; i < b.length; i++) {
    difference += (a[i]! - b[i]!) ** 2;
    norm += b[i]! ** 2;
  }
  return Math.sqrt(difference) / (Math.sqrt(norm) || 1);
}

interface Drawn {
  forward: Model;
  inputs: Record<string, NdArray>;
  outputs: string[];
  gradients: Float64Array[];
  loss: (g: GraphBuilder, outputs: string[]) => string;
  case: Case;
}

/** sum of w * y over all outputs with random w, so that the incoming gradient differs between elements. */
function weightedLoss(random: Random, shapes: number[][]): (g: GraphBuilder, outputs: string[]) => string {
  const weights = shapes.map((dims) => random.floats(dims));
  return (g, outputs) =>
    outputs
      .map((y, i) => g.reduceSum(g.mul(y, g.floats(weights[i]!, shapes[i]!)), undefined, 0))
      .reduce((a, b) => g.add(a, b));
}

function start(drawn: Case): { g: GraphBuilder; outputs: string[]; inputs: string[] } {
  const g = new GraphBuilder({ opset: drawn.opset ?? 17 });
  const inputs = Object.entries(drawn.inputs).map(([name, { dims }]) => g.input(name, "float32", dims));
  return { g, inputs, outputs: drawn.build(g, inputs) };
}

/** Central differences, or undefined if the function has a kink within their reach. */
export function smoothGradient(
  model: Model,
  input: string,
  feeds: Record<string, NdArray>,
  loss: string,
): Float64Array | undefined {
  const { gradient, bend } = centralDifferences(model, input, feeds, loss, step);
  const largest = gradient.reduce((max, slope) => Math.max(max, Math.abs(slope)), 0);
  return bend > bendTolerance * largest + 1e-9 ? undefined : gradient;
}

/**
 * The case with its reference gradient, or undefined if the function has a kink too close to the input drawn.
 */
function reference(random: Random, drawn: Case): Drawn | undefined {
  const { g, outputs } = start(drawn);
  const values = evaluate(g.build(), drawn.inputs);
  const loss = weightedLoss(random, outputs.map((name) => values.get(name)!.dims));
  const lossName = loss(g, outputs);
  const forward = g.build();
  const gradients: Float64Array[] = [];
  for (const name of Object.keys(drawn.inputs)) {
    const gradient = smoothGradient(forward, name, drawn.inputs, lossName);
    if (!gradient) return undefined;
    gradients.push(gradient);
  }
  return { forward, inputs: drawn.inputs, outputs, gradients, loss, case: drawn };
}

/** Every error in the gradient of a case; empty if there is none. */
async function problems(drawn: Drawn, options: GradientForms): Promise<string[]> {
  const { g, inputs, outputs } = start(drawn.case);
  const gradients = differentiate(g, drawn.loss(g, outputs), inputs, options);
  outputs.forEach((name, i) => g.output(`y${i}`, name, "float32"));
  gradients.forEach((name, i) => g.output(`d${i}`, name, "float32"));
  const model = g.build();
  const values = evaluate(drawn.forward, drawn.inputs);
  const run = await runModel(model, drawn.inputs);
  const exact = evaluate(model, drawn.inputs);
  const found: string[] = [];
  if (options.maxPool === "indexFree" && usesIndices(model)) {
    found.push("the graph asks MaxPool for Indices");
  }
  outputs.forEach((name, i) => {
    found.push(...compare(`output ${i}`, run.get(`y${i}`), values.get(name)!, forwardTolerance));
  });
  Object.entries(drawn.inputs).forEach(([name, { dims }], i) => {
    const expected = ndArray(dims, drawn.gradients[i]!);
    found.push(...compare(`gradient of ${name}`, run.get(`d${i}`), expected, gradientTolerance));
    found.push(...compare(`gradient of ${name} in float64`, exact.get(`d${i}`), expected, exactTolerance));
  });
  return found;
}

function usesIndices({ graph }: Model): boolean {
  return graph.nodes.some(({ op, outputs }) => op === "MaxPool" && Boolean(outputs[1]));
}

/** The error in a result, if any. */
export function compare(
  what: string,
  actual: NdArray | undefined,
  expected: NdArray,
  tolerance: number,
): string[] {
  if (!actual) return [`${what} is missing`];
  if (`${actual.dims}` !== `${expected.dims}`) {
    return [`${what} has shape [${actual.dims}], not [${expected.dims}]`];
  }
  const error = relativeError(actual.data, expected.data);
  return error < tolerance ? [] : [`${what} is off by ${error.toExponential(2)} (allowed ${tolerance})`];
}

/**
 * Declares a test that draws `count` cases from seeds 1 … count and compares their gradients with central
 * differences, once for each of the options.
 */
export function testRule(
  name: string,
  count: number,
  draw: (random: Random) => Case,
  options: readonly GradientForms[] = [{}],
): void {
  Deno.test(`${name}: the gradient equals central differences`, async () => {
    const failures: string[] = [];
    for (let seed = 1; seed <= count; seed++) {
      const drawn = smoothCase(seed, draw);
      for (const option of options) {
        const found = await problems(drawn, option).catch((
          error: Error,
        ) => [`${error.name}: ${error.message}`]);
        if (found.length > 0) failures.push(report(seed, drawn.case, option, found));
      }
    }
    if (failures.length > 0) {
      throw new Error(`${failures.length} failures\n${failures.slice(0, 8).join("\n")}`);
    }
  });
}

/** Draws until the function has no kink near the input. */
function smoothCase(seed: number, draw: (random: Random) => Case): Drawn {
  const random = new Random(seed);
  for (let attempt = 0; attempt < 30; attempt++) {
    const drawn = reference(random, draw(random));
    if (drawn) return drawn;
  }
  throw new Error(`seed ${seed}: every input drawn lies at a bend of the function`);
}

function report(seed: number, { description }: Case, options: GradientForms, found: string[]): string {
  return `  seed ${seed}: ${description} ${JSON.stringify(options)}\n${
    found.map((f) => `    ${f}`).join("\n")
  }`;
}
