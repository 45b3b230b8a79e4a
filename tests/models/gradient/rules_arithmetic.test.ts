import type { GraphBuilder } from "../../../models/onnx/build.ts";
import { type Case, drawInput, testRule } from "../../reference/check_gradient.ts";
import type { Random } from "../../reference/random.ts";

/** Two shapes that broadcast together: axes of either may be 1, or missing at the front. */
function drawShapes(random: Random): [number[], number[]] {
  const full = random.integers(random.integer(1, 4), 1, 4);
  const narrowed = () => {
    const dims = full.map((size) => random.chance(0.3) ? 1 : size);
    return random.chance(0.3) ? dims.slice(random.integer(0, dims.length)) : dims;
  };
  return random.chance(0.3) ? [full, [...full]] : [narrowed(), narrowed()];
}

function binary(random: Random, op: string, ranges: [number, number][]): Case {
  const [a, b] = drawShapes(random);
  return {
    inputs: { a: drawInput(random, a, ...ranges[0]!), b: drawInput(random, b, ...ranges[1]!) },
    build: (g, inputs) => [g.op(op, inputs)],
    description: `${op} of [${a}] and [${b}]`,
  };
}

const ranges: Record<string, [number, number][]> = {
  Add: [[-1, 1], [-1, 1]],
  Sub: [[-1, 1], [-1, 1]],
  Mul: [[-2, 2], [-2, 2]],
  Div: [[-2, 2], [0.4, 2]],
  Max: [[-1, 1], [-1, 1]],
  Min: [[-1, 1], [-1, 1]],
  Pow: [[0.3, 2], [-2, 3]],
};

for (const [op, range] of Object.entries(ranges)) {
  testRule(`${op} with broadcasting`, 12, (random) => binary(random, op, range));

  testRule(`${op} with a constant on either side`, 6, (random): Case => {
    const [a, b] = drawShapes(random);
    const left = random.chance();
    const constant = random.floats(b, ...range[left ? 0 : 1]!);
    return {
      inputs: { x: drawInput(random, a, ...range[left ? 1 : 0]!) },
      build: (g, [x]) => {
        const c = g.floats(constant, b);
        return [g.op(op, left ? [c, x!] : [x!, c])];
      },
      description: `${op} of [${a}] and a ${left ? "left" : "right"} constant [${b}]`,
    };
  });
}

for (const exponent of [2, 3, 0.5, -1, 1, 0]) {
  testRule(`Pow ${exponent}`, 2, (random): Case => {
    const negativeBase = Number.isInteger(exponent) && exponent >= 0;
    const dims = random.integers(3, 1, 4);
    return {
      inputs: { x: drawInput(random, dims, negativeBase ? -2 : 0.3, 2) },
      build: (g, [x]) => [g.op("Pow", [x!, g.scalar(exponent)])],
      description: `[${dims}] to the power ${exponent}`,
    };
  });
}

for (const op of ["Sum", "Mean", "Max", "Min"]) {
  testRule(`${op} of three`, 5, (random): Case => {
    const [a, b] = drawShapes(random);
    return {
      inputs: { a: drawInput(random, a), b: drawInput(random, b), c: drawInput(random, a) },
      build: (g, inputs) => [g.op(op, inputs)],
      description: `${op} of [${a}], [${b}] and [${a}]`,
    };
  });
}

const comparisons = ["Greater", "GreaterOrEqual", "Less", "LessOrEqual"];

testRule("Where with a computed condition", 12, (random): Case => {
  const [a, b] = drawShapes(random);
  const op = random.pick(comparisons);
  const inverted = random.chance();
  return {
    inputs: { a: drawInput(random, a), b: drawInput(random, b) },
    build: (g, [x, y]) => {
      const condition = g.op(op, [x!, y!]);
      return [g.where(inverted ? g.not(condition) : condition, g.mul(x!, g.scalar(3)), y!)];
    },
    description: `Where ${op} of [${a}] and [${b}]${inverted ? ", inverted" : ""}`,
  };
});

testRule("Where with a constant mask", 8, (random): Case => {
  const [a, b] = drawShapes(random);
  const mask = random.floats(b);
  return {
    inputs: { a: drawInput(random, a), b: drawInput(random, b) },
    build: (g, [x, y]) => [g.where(thresholded(g, mask, b), x!, y!)],
    description: `Where of [${a}] and [${b}]`,
  };
});

/** Equal on constants: true where the mask is negative. */
function thresholded(g: GraphBuilder, mask: number[], dims: number[]): string {
  const low = g.less(g.floats(mask, dims), g.scalar(0));
  return g.op("Equal", [g.cast(low, "float32"), g.scalar(1)]);
}
