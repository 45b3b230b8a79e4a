import type { AttributeInput, GraphBuilder } from "../../../models/onnx/build.ts";
import { type Case, drawInput, oneOperator, testRule } from "../../reference/check_gradient.ts";
import type { Random } from "../../reference/random.ts";

interface Drawn {
  spatial: number[];
  kernel: number[];
  attributes: Record<string, AttributeInput>;
}

/** Kernel, stride, dilation and padding over `rank` axes; the input always holds at least one whole window. */
function drawWindows(random: Random, rank: number): Drawn {
  const list = (low: number, high: number) => random.integers(rank, low, high);
  const [kernel, strides, dilations] = [list(1, 3), list(1, 3), list(1, 2)];
  const spatial = kernel.map((size, axis) => (size - 1) * dilations[axis]! + random.integer(1, 4));
  const attributes: Record<string, AttributeInput> = { strides, dilations };
  if (random.chance(0.2)) attributes["kernel_shape"] = kernel;
  if (random.chance(0.4)) {
    // onnxruntime refuses SAME padding together with dilation.
    attributes["auto_pad"] = random.pick(["SAME_UPPER", "SAME_LOWER", "VALID"]);
    if (attributes["auto_pad"] !== "VALID") attributes["dilations"] = kernel.map(() => 1);
  } else if (random.chance(0.9)) {
    attributes["pads"] = random.integers(2 * rank, 0, 2);
  }
  return { spatial, kernel, attributes };
}

function weights(random: Random, dims: number[], filters: number) {
  const values = random.floats(dims);
  const bias = random.chance() ? random.floats([filters]) : undefined;
  return (g: GraphBuilder) => bias ? [g.floats(values, dims), g.floats(bias)] : [g.floats(values, dims)];
}

function drawConv(random: Random, rank: number, group: number, channels: number, filters: number): Case {
  const { spatial, kernel, attributes } = drawWindows(random, rank);
  const x = drawInput(random, [random.integer(1, 2), group * channels, ...spatial]);
  const constants = weights(random, [group * filters, channels, ...kernel], group * filters);
  return oneOperator(x, "Conv", group === 1 ? attributes : { ...attributes, group }, constants);
}

testRule("Conv", 40, (random) => drawConv(random, 2, 1, random.integer(1, 3), random.integer(1, 3)));
testRule(
  "Conv in groups",
  15,
  (random) => drawConv(random, 2, random.integer(2, 3), 2, random.integer(1, 2)),
);
testRule(
  "depthwise Conv",
  12,
  (random) => drawConv(random, 2, random.integer(2, 4), 1, random.integer(1, 2)),
);
testRule("Conv over one axis", 8, (random) => drawConv(random, 1, random.integer(1, 2), 2, 2));
testRule("Conv over three axes", 4, (random) => drawConv(random, 3, 1, 1, 2));

testRule("Conv with large strides and asymmetric padding", 10, (random) => {
  const [kernel, strides, pads] = [
    random.integers(2, 1, 5),
    random.integers(2, 2, 4),
    random.integers(4, 0, 3),
  ];
  const x = drawInput(random, [1, 2, random.integer(5, 9), random.integer(5, 9)]);
  return oneOperator(x, "Conv", { strides, pads }, weights(random, [2, 2, ...kernel], 2));
});

/**
 * Output padding stays below the stride, as the specification requires; padding leaves at least one element.
 */
function drawConvTranspose(random: Random, rank: number): Case {
  const group = random.integer(1, 2);
  const [channels, filters] = [random.integer(1, 2), random.integer(1, 2)];
  const list = (low: number, high: number) => random.integers(rank, low, high);
  const [kernel, strides, dilations, spatial] = [list(1, 3), list(1, 3), list(1, 2), list(2, 4)];
  const attributes: Record<string, AttributeInput> = { strides, dilations, group };
  const choice = random.integer(0, 4);
  if (choice === 0) {
    attributes["auto_pad"] = random.pick(["SAME_UPPER", "SAME_LOWER"]);
    attributes["dilations"] = kernel.map(() => 1);
    strides.forEach((stride, axis) => kernel[axis] = Math.max(kernel[axis]!, stride));
  } else if (choice === 1) {
    // A size below the input's is valid, but onnxruntime then infers no shape.
    attributes["output_shape"] = spatial.map((size, axis) => {
      const full = strides[axis]! * (size - 1) + (kernel[axis]! - 1) * dilations[axis]! + 1;
      return Math.max(full - random.integer(0, 2), size);
    });
  } else {
    attributes["pads"] = [0, 1].flatMap(() => kernel.map((size) => random.integer(0, size - 1)));
    if (choice > 2) attributes["output_padding"] = strides.map((stride) => random.integer(0, stride - 1));
    if (!transposedSizes(attributes, spatial, kernel).every((size) => size > 0)) delete attributes["pads"];
  }
  const x = drawInput(random, [random.integer(1, 2), group * channels, ...spatial]);
  const constants = weights(random, [group * channels, filters, ...kernel], group * filters);
  return oneOperator(x, "ConvTranspose", attributes, constants);
}

function transposedSizes(attributes: Record<string, AttributeInput>, spatial: number[], kernel: number[]) {
  const list = (name: string) => attributes[name] as number[] | undefined;
  return spatial.map((size, axis) =>
    list("strides")![axis]! * (size - 1) + (kernel[axis]! - 1) * list("dilations")![axis]! + 1 +
    (list("output_padding")?.[axis] ?? 0) - list("pads")![axis]! - list("pads")![axis + spatial.length]!
  );
}

testRule("ConvTranspose", 40, (random) => drawConvTranspose(random, 2));
testRule("ConvTranspose over one axis", 8, (random) => drawConvTranspose(random, 1));

for (const op of ["Conv", "ConvTranspose"]) {
  testRule(`${op} whose weights are computed from constants`, 6, (random): Case => {
    const group = random.integer(1, 2);
    const [strides, dilations] = [random.integers(2, 1, 2), random.integers(2, 1, 2)];
    const dims = [2 * group, 2, 2, 3];
    const kernel = random.floats(dims);
    const x = drawInput(random, [1, 2 * group, 5, 6]);
    return oneOperator(x, op, { strides, dilations, group }, (g) => [
      g.mul(g.floats(kernel, dims), g.scalar(0.5)),
    ]);
  });

  testRule(`${op} with the gradient of its bias`, 3, (random): Case => {
    const kernel = random.floats([2, 2, 3, 3]);
    return {
      inputs: { x: drawInput(random, [2, 2, 5, 4]), bias: drawInput(random, [2]) },
      build: (g, [x, bias]) => [g.op(op, [x!, g.floats(kernel, [2, 2, 3, 3]), bias!], { strides: [2, 1] })],
      description: `${op} with a computed bias`,
    };
  });
}
