import { listed } from "./axes.ts";
import { biasGradient, groupsOf, kernelOf, refuseComputedWeights } from "./conv.ts";
import type { GradientRule, Operator, ShapeRule } from "./operator.ts";
import { coveredBy, spreadingWindows, windowAttributes } from "./windows.ts";

const shape: ShapeRule = (c) => {
  const [{ type, dims }, weight] = [c.info(0), c.dims(1)];
  const { wide } = spreadingWindows(c, kernelOf(c));
  if (dims[1] !== weight[0]) {
    throw new Error(`${listed([dims])} has not the channels of the weight ${listed([weight])}`);
  }
  return [{ type, dims: [dims[0]!, weight[1]! * groupsOf(c), ...wide] }];
};

/** Its adjoint is the convolution with the same weights and windows. */
const gradient: GradientRule = (c) => {
  refuseComputedWeights(c);
  if (!c.needs(0)) return [undefined, undefined, biasGradient(c)];
  const { wide, ...windows } = spreadingWindows(c, kernelOf(c));
  // Padding is chosen so that exactly one window remains for each input element, whatever output_padding was.
  const end = coveredBy(windows, c.x.spatial).map((size, axis) =>
    size - windows.padsBegin[axis]! - wide[axis]!
  );
  const cropped = c.grad.padOrCropSpatial(end.map(() => 0), end.map((pad) => Math.min(0, pad)));
  const attributes = windowAttributes({ ...windows, padsEnd: end.map((pad) => Math.max(0, pad)) });
  return [cropped.conv(c.operand(1), { ...attributes, group: groupsOf(c) }), undefined, biasGradient(c)];
};

/** Transposed convolutions of one to three dimensions. */
export const convTranspose: Operator = { shape, gradient };
