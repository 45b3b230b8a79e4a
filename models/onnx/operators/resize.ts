import { type Attribute, floatTensor } from "../model.ts";
import { listed, normalizeAxes } from "./axes.ts";
import { adjoint, adjointOfRepetition } from "./axis_map.ts";
import { resizeMap } from "./interpolation.ts";
import type { NodeContext } from "./node_context.ts";
import type { GradientRule, Operators, ShapeRule, UpgradeRule } from "./operator.ts";
import type { UpgradeContext } from "./upgrade_context.ts";

/** How each axis is resized. */
interface Resizing {
  sizes: number[];
  /** Output over input size, as given where the node gives scales. */
  scales: number[];
}

/** onnxruntime multiplies in single precision, which decides where a product is nearly a whole number. */
function scaled(size: number, scale: number): number {
  return Math.floor(Math.fround(Math.fround(scale) * size));
}

/** Operator set 10 has the scales as second input; later ones put the region of interest there. */
function resizingOf(c: NodeContext): Resizing {
  const dims = c.dims(0);
  const listOf = (index: number) => c.has(index) ? c.numbers(index) : [];
  const isFirstVersion = c.node.inputs.length === 2;
  const factors = listOf(isFirstVersion ? 1 : 2);
  const targets = isFirstVersion || factors.length > 0 ? [] : listOf(3);
  const policy = c.string("keep_aspect_ratio_policy", "stretch");
  if (policy !== "stretch") throw new Error(`keep_aspect_ratio_policy ${policy} is not supported`);
  const axes = normalizeAxes(c.ints("axes", dims.map((_, axis) => axis)), dims.length);
  if (factors.length + targets.length !== axes.length) {
    throw new Error(`${factors.length + targets.length} sizes or scales do not fit ${listed([dims])}`);
  }
  const [sizes, scales] = [[...dims], dims.map(() => 1)];
  axes.forEach((axis, i) => {
    sizes[axis] = targets[i] ?? scaled(dims[axis]!, factors[i]!);
    scales[axis] = factors[i] ?? targets[i]! / dims[axis]!;
  });
  return { sizes, scales };
}

const shape: ShapeRule = (c) => [{ type: c.type(0), dims: resizingOf(c).sizes }];

/** A linear map along each axis; the gradient is its adjoint. */
const gradient: GradientRule = (c) => {
  const dims = c.dims(0);
  const { sizes, scales } = resizingOf(c);
  const maps = dims.map((size, axis) => ({ size, axis }))
    .filter(({ size, axis }) => size !== sizes[axis] || scales[axis] !== 1)
    .map(({ size, axis }) => resizeMap(c, axis, size, sizes[axis]!, scales[axis]!));
  return adjointOfRepetition(c.grad, maps) ?? adjoint(c.grad, maps);
};

const text = (value: string): Attribute => ({ kind: "string", value });

/**
 * Upsample, and Resize as it was in operator set 10: output pixel i lies at i / scale. "nearest" takes the pixel before
 * that place, but the one behind it along axes that shrink.
 */
function resizeOfSet10(c: UpgradeContext, scales: number[] | undefined, scalesInput: string): void {
  const { g } = c;
  const mode = c.string("mode", "nearest");
  const attributes = (nearest: string) => ({
    mode: text(mode === "bilinear" ? "linear" : mode),
    coordinate_transformation_mode: text("asymmetric"),
    nearest_mode: text(nearest),
  });
  const shrinks = scales?.some((scale) => scale < 1) ?? false;
  const grows = scales?.some((scale) => scale > 1) ?? true;
  if (mode !== "nearest" || !shrinks || !grows) {
    return c.finish("Resize", [c.input(0), "", scalesInput], attributes(shrinks ? "ceil" : "floor"));
  }
  const limited = (limit: (a: number, b: number) => number) =>
    g.floats(scales!.map((scale) => limit(scale, 1)));
  const shrunk = g.op("Resize", [c.input(0), "", limited(Math.min)], attributes("ceil"));
  c.finish("Resize", [shrunk, "", limited(Math.max)], attributes("floor"));
}

const upgrade: UpgradeRule = (c) => {
  if (c.opset < 11) return resizeOfSet10(c, c.constant(1) && c.numbers(1), c.input(1));
  refuseWhatCameLater(c);
  const attributes = { ...c.node.attributes };
  const transformation = c.string("coordinate_transformation_mode", "half_pixel");
  if (transformation === "half_pixel_symmetric") {
    if (!c.has(3) && !hasWholeScales(c)) c.refuse("half_pixel_symmetric needs sizes or whole scales");
    attributes.coordinate_transformation_mode = text("half_pixel");
  }
  if (transformation === "tf_half_pixel_for_nn") {
    // floor((i + 0.5) / scale), written with what is left of the modes.
    if (
      c.string("nearest_mode", "round_prefer_floor") !== "floor" || c.string("mode", "nearest") !== "nearest"
    ) {
      c.refuse("tf_half_pixel_for_nn is only supported with nearest_mode floor");
    }
    attributes.coordinate_transformation_mode = text("half_pixel");
    attributes.nearest_mode = text("round_prefer_ceil");
  }
  const dropped = ["antialias", "axes", "keep_aspect_ratio_policy"];
  c.change({ inputs: resizeInputs(c, transformation), attributes }, dropped);
};

/** Antialiasing changes nothing where every size is multiplied; onnxruntime smooths with other fractions, even above 1. */
function refuseWhatCameLater(c: UpgradeContext): void {
  const smooths = c.int("antialias", 0) === 1 && c.string("mode", "nearest") !== "nearest";
  if (smooths && !hasWholeScales(c)) {
    c.refuse("antialias is only supported where the scales are known to be whole numbers");
  }
  const policy = c.string("keep_aspect_ratio_policy", "stretch");
  if (policy !== "stretch" && c.has(3)) c.refuse(`keep_aspect_ratio_policy ${policy} is not supported`);
}

function hasWholeScales(c: UpgradeContext): boolean {
  return c.constant(2) !== undefined && c.has(2) && c.numbers(2).every((scale) => Number.isInteger(scale));
}

/** Input, region of interest (only tf_crop_and_resize looks at it), scales or sizes of all axes. */
function resizeInputs(c: UpgradeContext, transformation: string): string[] {
  const roi = transformation === "tf_crop_and_resize" ? c.input(1) : "";
  const axes = c.attribute("axes");
  if (axes?.kind !== "ints") {
    return c.has(3) ? [c.input(0), roi, "", c.input(3)] : [c.input(0), roi, c.input(2)];
  }
  if (roi) c.refuse("a region of interest of chosen axes is not supported");
  const { g } = c;
  const shape = g.op("Shape", [c.input(0)]);
  const replaced = (all: string, some: string) =>
    g.op("ScatterElements", [all, g.ints(...axes.value), some], { axis: 0 });
  if (c.has(3)) return [c.input(0), "", "", replaced(shape, c.input(3))];
  const one: Attribute = { kind: "tensor", value: floatTensor([1]) };
  const ones = g.op("ConstantOfShape", [g.op("Shape", [shape])], { value: one });
  return [c.input(0), "", replaced(ones, c.input(2))];
}

/** Upsample's scales where they are known; an attribute before operator set 9, an input in it. */
function upsampleScales(c: NodeContext): number[] | undefined {
  const attribute = c.node.attributes.scales;
  if (attribute?.kind === "floats") return attribute.value;
  return c.constant(1) && c.numbers(1);
}

const upsampleShape: ShapeRule = (c) => {
  const { type, dims } = c.info(0);
  const scales = upsampleScales(c) ?? [];
  if (scales.length !== dims.length) throw new Error(`${scales.length} scales do not fit ${listed([dims])}`);
  return [{ type, dims: dims.map((size, axis) => scaled(size, scales[axis]!)) }];
};

/** Pictures of another size. Upsample is an operator until operator set 9. */
export const resizes: Operators = {
  Resize: { shape, upgrade, gradient },
  Upsample: {
    shape: upsampleShape,
    upgrade: (c) => {
      const scales = upsampleScales(c);
      resizeOfSet10(c, scales, c.attribute("scales") ? c.g.floats(scales!) : c.input(1));
    },
  },
};
