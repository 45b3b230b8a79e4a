import type { Attribute } from "../model.ts";
import { floatTensor } from "../model.ts";
import type { UpgradeContext, UpgradeRule } from "./context.ts";

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

/** An operator until operator set 9; the scales are an attribute before it. */
const upsample: UpgradeRule = (c) => {
  const scales = c.attribute("scales");
  if (scales?.kind === "floats") return resizeOfSet10(c, scales.value, c.g.floats(scales.value));
  resizeOfSet10(c, c.constant(1) && c.numbers(1), c.input(1));
};

const resize: UpgradeRule = (c) => {
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

/** Operator set 20 renamed the modes, and samples volumes, too. */
const gridSample: UpgradeRule = (c) => {
  if (c.opset < 20) return c.keep();
  const rank = c.rank(0);
  if (rank !== undefined && rank !== 4) {
    c.refuse("only pictures of [batch, channels, height, width] are supported");
  }
  const mode = c.string("mode", "linear");
  const names: Record<string, string> = { linear: "bilinear", cubic: "bicubic" };
  c.change({ attributes: { ...c.node.attributes, mode: text(names[mode] ?? mode) } });
};

/** Before operator set 16 regions were not shifted by half a pixel. */
const roiAlign: UpgradeRule = (c) => {
  if (c.opset >= 16) return c.keep();
  const mode = text("output_half_pixel");
  c.change({ attributes: { ...c.node.attributes, coordinate_transformation_mode: mode } });
};

/** Rules for resizing and sampling. */
export const resamplingRules: Record<string, UpgradeRule> = {
  Upsample: upsample,
  Resize: resize,
  GridSample: gridSample,
  RoiAlign: roiAlign,
};
