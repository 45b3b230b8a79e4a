import { float } from "../../../models/onnx/build.ts";
import { fed, ints, known, sizes } from "./shapes_check.ts";
import { image, old, testUpgrade } from "./upgrade_check.ts";

testUpgrade("Upsample", 12, (random) => {
  const opset = old(random);
  const mode = random.pick(["nearest", "linear"]);
  const scales = [1, 1, ...random.floats([2], 1, 3)];
  return opset < 9
    ? { op: "Upsample", opset, inputs: [image(random)], attributes: { mode, scales: float(scales) } }
    : { op: "Upsample", opset, inputs: [image(random), known("float32", scales)], attributes: { mode } };
});
testUpgrade("Resize of 10", 40, (random) => {
  const scales = [1, 1, random.pick([0.4, 0.6, 1, 1.4, 2]), random.pick([0.5, 0.7, 1, 1.7, 3])];
  const mode = random.pick(["nearest", "linear"]);
  return {
    op: "Resize",
    opset: 10,
    inputs: [fed(random, [1, 2, 7, 8]), known("float32", scales)],
    attributes: { mode },
  };
});

const coordinates = ["half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric"];
const roundings = ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"];

testUpgrade("Resize of 11 to 19", 30, (random) => {
  const attributes = {
    mode: random.pick(["nearest", "linear", "cubic"]),
    coordinate_transformation_mode: random.pick(coordinates),
    nearest_mode: random.pick(roundings),
  };
  const empty = known("float32", []);
  const target = ints(1, 2, ...sizes(random, 2, 3, 12));
  const scales = known("float32", [1, 1, random.pick([0.5, 1.4, 2]), random.pick([0.6, 1, 3])]);
  const opset = random.pick([11, 12, 13, 18, 19]);
  const none = opset < 13 ? empty : "" as const;
  const inputs = random.chance() ? [none, none, target] : [none, scales];
  return { op: "Resize", opset, inputs: [fed(random, [1, 2, 6, 7]), ...inputs], attributes };
});
testUpgrade("Resize with tf_half_pixel_for_nn", 6, (random) => {
  const attributes = { coordinate_transformation_mode: "tf_half_pixel_for_nn", nearest_mode: "floor" };
  const scales = known("float32", [1, 1, ...random.floats([2], 0.5, 3)]);
  return {
    op: "Resize",
    opset: random.pick([11, 12]),
    inputs: [image(random), known("float32", []), scales],
    attributes,
  };
});
testUpgrade("Resize of chosen axes", 8, (random) => {
  const axes = random.pick([[2, 3], [3, 2], [-1, -2], [3]]);
  const by = random.chance()
    ? ["" as const, ints(...sizes(random, axes.length, 2, 9))]
    : [known("float32", random.floats([axes.length], 0.5, 2))];
  const attributes = { axes, mode: "linear" };
  return {
    op: "Resize",
    opset: random.pick([18, 19]),
    inputs: [fed(random, [1, 2, 5, 6]), "", ...by],
    attributes,
  };
});
testUpgrade("Resize with half_pixel_symmetric", 4, (random) => {
  const attributes = { coordinate_transformation_mode: "half_pixel_symmetric", mode: "linear" };
  const by = random.chance()
    ? ["" as const, ints(1, 2, ...sizes(random, 2, 2, 9))]
    : [known("float32", [1, 1, 2, 3])];
  return { op: "Resize", opset: 19, inputs: [image(random), "", ...by], attributes };
});
testUpgrade("Resize that would smooth if it shrank", 3, (random) => ({
  op: "Resize",
  opset: 18,
  inputs: [image(random), "", known("float32", [1, 1, ...random.integers(2, 1, 3)])],
  attributes: { antialias: 1, mode: "linear" },
}));
testUpgrade("GridSample of 20", 8, (random) => ({
  op: "GridSample",
  opset: random.integer(20, 22),
  inputs: [image(random), fed(random, [1, 4, 5, 2], "float32", -1.2, 1.2)],
  attributes: {
    ...(random.chance(0.8) && { mode: random.pick(["linear", "nearest", "cubic"]) }),
    padding_mode: random.pick(["zeros", "border", "reflection"]),
    align_corners: random.integer(0, 1),
  },
}));
testUpgrade("RoiAlign before 16", 3, (random) => ({
  op: "RoiAlign",
  opset: random.integer(10, 15),
  inputs: [fed(random, [1, 2, 8, 8]), known("float32", [1, 1, 6, 5, 0, 2, 7, 7], [2, 4]), ints(0, 0)],
  attributes: { output_height: 3, output_width: 2, sampling_ratio: 2 },
}));
