import { numbersOf, type Tensor } from "../../../models/onnx/model.ts";
import { upgrade } from "../../../models/onnx/upgrade.ts";
import type { Random } from "../../reference/random.ts";
import { type Argument, type Call, fed, modelOf, runTensors, sizes, testCalls } from "./shapes_check.ts";

/** The upgraded model in operator set 17 must give the results of the original. */
export async function upgradeProblem(call: Call): Promise<string | undefined> {
  try {
    const { model, feeds } = modelOf(call);
    const upgraded = upgrade(model);
    const [expected, actual] = [await runTensors(model, feeds), await runTensors(upgraded, feeds)];
    for (const [name, tensor] of Object.entries(expected)) {
      const problem = difference(actual[name], tensor);
      if (problem) return `${name}: ${problem}`;
    }
    return upgraded.opset === 17 ? undefined : `it is written in operator set ${upgraded.opset}`;
  } catch (error) {
    return (error as Error).message.trim();
  }
}

/** Differences beyond rounding; undefined if there are none. */
export function difference(actual: Tensor | undefined, expected: Tensor): string | undefined {
  if (!actual || actual.type !== expected.type || `${actual.dims}` !== `${expected.dims}`) {
    return `${actual?.type}[${actual?.dims}] instead of ${expected.type}[${expected.dims}]`;
  }
  const [a, b] = [numbersOf(actual), numbersOf(expected)];
  const worst = b.findIndex((value, i) => !(Math.abs(value - a[i]!) <= 1e-5 + 5e-5 * Math.abs(value)));
  return worst < 0 ? undefined : `element ${worst} is ${a[worst]} instead of ${b[worst]}`;
}

/** Declares a test that draws `count` calls and runs each before and after the upgrade. */
export function testUpgrade(name: string, count: number, draw: (random: Random) => Call): void {
  testCalls(`${name}: the upgraded model gives the same outputs`, count, draw, upgradeProblem);
}

/** A small picture, [1, 2, height, width]. */
export const image = (random: Random): Argument => fed(random, [1, 2, ...sizes(random, 2, 3, 6)]);

/** An operator set of ONNX 1.2 to 1.4. */
export const old = (random: Random): number => random.pick([7, 8, 9]);
