import assert from "node:assert/strict";
import ort from "../../../models/engine/onnxruntime.ts";
import { type AttributeInput, GraphBuilder } from "../../../models/onnx/build.ts";
import {
  arrayType,
  elementCount,
  type ElementType,
  type Model,
  numbersOf,
  type Tensor,
} from "../../../models/onnx/model.ts";
import { inferShapes } from "../../../models/onnx/shapes.ts";
import { tensorOf } from "../../../models/onnx/operators/tensor_of.ts";
import { writeModel } from "../../../models/onnx/write.ts";
import { Random } from "../../reference/random.ts";

/** One operator call to test. */
export interface Call {
  op: string;
  /** "" for an omitted optional input. */
  inputs: (Argument | "")[];
  attributes?: Record<string, AttributeInput>;
  /** Number of outputs; 1 by default. */
  outputs?: number;
  /** Operator set; 17 by default. */
  opset?: number;
}

/** An input of a call; `isConstant` makes it an initializer, as most axes, pads and scales are. */
export interface Argument {
  tensor: Tensor;
  isConstant: boolean;
}

/** An input fed at run time: numbers from low to high, integers for integer types. */
export function fed(
  random: Random,
  dims: number[],
  type: ElementType = "float32",
  low = -3,
  high = 3,
): Argument {
  return { tensor: randomTensor(random, dims, type, low, high), isConstant: false };
}

/** A one-dimensional int64 initializer. */
export function ints(...values: number[]): Argument {
  return known("int64", values);
}

/** An initializer with the given elements, one-dimensional by default. */
export function known(type: ElementType, values: number[], dims = [values.length]): Argument {
  return { tensor: tensorOf(type, dims, values), isConstant: true };
}

/** A tensor of numbers from low to high, both included; bool is 0 or 1. */
export function randomTensor(random: Random, dims: number[], type: ElementType, low = -3, high = 3): Tensor {
  const count = elementCount(dims);
  if (type === "bool") return tensorOf(type, dims, random.integers(count, 0, 1));
  const isFloat = type.startsWith("float");
  return tensorOf(type, dims, isFloat ? random.floats(dims, low, high) : random.integers(count, low, high));
}

/** Sizes of a small shape. */
export function sizes(random: Random, rank: number, low = 1, high = 5): number[] {
  return random.integers(rank, low, high);
}

/** The model of one call and its feeds; its outputs are named y0, y1, … */
export function modelOf({ op, inputs, attributes, outputs, opset }: Call): {
  model: Model;
  feeds: Record<string, Tensor>;
} {
  const g = new GraphBuilder({ opset: opset ?? 17 });
  const feeds: Record<string, Tensor> = {};
  const names = inputs.map((argument, index) => {
    if (argument === "") return "";
    if (argument.isConstant) return g.constant(argument.tensor);
    feeds[`x${index}`] = argument.tensor;
    return g.input(`x${index}`, argument.tensor.type, argument.tensor.dims);
  });
  g.ops(op, names, attributes ?? {}, outputs ?? 1).forEach((name, index) => {
    // onnxruntime infers the type of an output; a declared type must agree.
    g.graph.nodes.at(-1)!.outputs[index] = `y${index}`;
    g.graph.outputs.push({ name: `y${index}`, type: "float32" });
    assert.ok(name);
  });
  const model = g.build();
  const shapes = inferShapes(model);
  for (const output of model.graph.outputs) output.type = shapes.get(output.name)!.type;
  return { model, feeds };
}

/** Runs a model in onnxruntime on the CPU, without its graph optimisations. */
export async function runTensors(
  model: Model,
  feeds: Record<string, Tensor>,
): Promise<Record<string, Tensor>> {
  const session = await ort.InferenceSession.create(writeModel(model), {
    executionProviders: ["cpu"],
    graphOptimizationLevel: "disabled",
    intraOpNumThreads: 1,
    logSeverityLevel: 4,
  });
  try {
    const entries = Object.entries(feeds).map(([name, { type, dims, data }]) =>
      [name, new ort.Tensor(type as "float32", data as Float32Array, dims)] as const
    );
    const results = await session.run(Object.fromEntries(entries));
    return Object.fromEntries(
      Object.entries(results).map(([name, { type, dims, data }]) => [name, {
        type: type as ElementType,
        dims: [...dims],
        data: (arrayType(type as ElementType) as typeof Float32Array).from(data as Float32Array),
      }]),
    );
  } finally {
    await session.release();
  }
}

/** The call as displayed in a failure message. */
export function describe({ op, inputs, attributes, opset }: Call): string {
  const shown = inputs.map((argument) => {
    if (argument === "") return "none";
    const { type, dims } = argument.tensor;
    return argument.isConstant ? `[${numbersOf(argument.tensor)}]` : `${type}[${dims}]`;
  });
  return `${op}-${opset ?? 17}(${shown.join(", ")}) ${JSON.stringify(attributes ?? {})}`;
}

async function shapeProblem(call: Call): Promise<string | undefined> {
  try {
    const { model, feeds } = modelOf(call);
    const inferred = inferShapes(model);
    const actual = await runTensors(model, feeds);
    for (const [name, { type, dims }] of Object.entries(actual)) {
      const info = inferred.get(name)!;
      if (info.type !== type || `${info.dims}` !== `${dims}`) {
        return `${name} is ${type}[${dims}], inferred ${info.type}[${info.dims}]`;
      }
    }
    return undefined;
  } catch (error) {
    return (error as Error).message.trim();
  }
}

/**
 * Declares a test that compares `count` calls, drawn from seeds 1 … count, with the results of onnxruntime.
 */
export function testShapes(name: string, count: number, draw: (random: Random) => Call): void {
  testCalls(`${name}: shapes are those that onnxruntime returns`, count, draw, shapeProblem);
}

/** Declares a test that draws calls and checks each for errors. */
export function testCalls(
  name: string,
  count: number,
  draw: (random: Random) => Call,
  problem: (call: Call) => Promise<string | undefined>,
): void {
  Deno.test(name, async () => {
    const failures: string[] = [];
    for (let seed = 1; seed <= count; seed++) {
      const call = draw(new Random(seed));
      const found = await problem(call);
      if (found) failures.push(`seed ${seed}: ${describe(call)}\n    ${found}`);
    }
    assert.equal(failures.length, 0, `${failures.length} failures\n${failures.slice(0, 6).join("\n")}`);
  });
}
