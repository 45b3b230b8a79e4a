import type { AttributeInput } from "../../../models/onnx/build.ts";
import type { Random } from "../../reference/random.ts";
import { type Call, fed, testShapes } from "./shapes_check.ts";

/** Strides, dilations and padding for windows over some axes, and sizes that the windows fit into. */
function drawWindows(random: Random, rank: number, dilated = true) {
  const kernel = random.integers(rank, 1, 3);
  const dilations = kernel.map(() => dilated && random.chance(0.3) ? 2 : 1);
  const spatial = kernel.map((k, axis) => (k - 1) * dilations[axis]! + random.integer(1, 6));
  const attributes: Record<string, AttributeInput> = { kernel_shape: kernel };
  if (random.chance(0.8)) attributes.strides = random.integers(rank, 1, 3);
  if (dilations.includes(2)) attributes.dilations = dilations;
  if (random.chance(0.25)) attributes.auto_pad = random.pick(["VALID", "SAME_UPPER", "SAME_LOWER", "NOTSET"]);
  else if (random.chance(0.8)) {
    attributes.pads = [0, 1].flatMap(() => kernel.map((k) => random.integer(0, k - 1)));
  }
  return { kernel, spatial, attributes };
}

function drawConv(random: Random): Call {
  const { kernel, spatial, attributes } = drawWindows(random, random.integer(1, 3));
  if (String(attributes.auto_pad).startsWith("SAME")) delete attributes.dilations;
  const group = random.integer(1, 2);
  const [channels, filters] = [group * random.integer(1, 2), group * random.integer(1, 3)];
  const weight = fed(random, [filters, channels / group, ...kernel]);
  return {
    op: "Conv",
    inputs: [fed(random, [2, channels, ...spatial]), weight],
    attributes: { ...attributes, group },
  };
}

testShapes("Conv", 60, drawConv);

testShapes("ConvTranspose", 60, (random) => {
  const { op: _, ...call } = drawConv(random);
  const { auto_pad: _autoPad, pads: _pads, ...attributes } = call.attributes!;
  const group = attributes.group as number;
  const kernel = attributes.kernel_shape as number[];
  const strides = (attributes.strides as number[] | undefined) ?? kernel.map(() => 1);
  const dilations = (attributes.dilations as number[] | undefined) ?? kernel.map(() => 1);
  const channels = group * random.integer(1, 2);
  const spatial = kernel.map(() => random.integer(2, 5));
  const way = random.integer(0, 3);
  if (way === 0) attributes.auto_pad = random.pick(["SAME_UPPER", "SAME_LOWER", "VALID"]);
  if (way === 1) {
    attributes.pads = [0, 1].flatMap(() => kernel.map((k) => random.integer(0, Math.min(1, k - 1))));
  }
  if (way === 2) {
    attributes.output_shape = spatial.map((size, axis) =>
      (size - 1) * strides[axis]! + (kernel[axis]! - 1) * dilations[axis]! + 1
    );
  }
  if (way !== 2 && random.chance(0.6)) {
    attributes.output_padding = strides.map((stride) => random.integer(0, stride - 1));
  }
  const weight = fed(random, [channels, random.integer(1, 2), ...kernel]);
  return { op: "ConvTranspose", inputs: [fed(random, [1, channels, ...spatial]), weight], attributes };
});

for (const op of ["MaxPool", "AveragePool", "LpPool"]) {
  testShapes(op, 80, (random) => {
    const { spatial, attributes } = drawWindows(random, random.integer(1, 3), op === "MaxPool");
    if (attributes.auto_pad === undefined && op !== "LpPool") attributes.ceil_mode = random.integer(0, 1);
    return {
      op,
      inputs: [fed(random, [1, 2, ...spatial])],
      attributes,
      outputs: op === "MaxPool" ? random.integer(1, 2) : 1,
    };
  });
}

testShapes("dilated AveragePool of operator set 19", 20, (random) => {
  const { spatial, attributes } = drawWindows(random, 2);
  if (attributes.auto_pad === undefined) attributes.ceil_mode = random.integer(0, 1);
  return { op: "AveragePool", inputs: [fed(random, [1, 2, ...spatial])], attributes, opset: 19 };
});

for (const op of ["GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool"]) {
  testShapes(
    op,
    3,
    (random) => ({ op, inputs: [fed(random, [2, 3, ...random.integers(random.integer(1, 3), 1, 4)])] }),
  );
}
