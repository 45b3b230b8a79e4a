import { activationRules } from "./activation.ts";
import { axesRules } from "./axes.ts";
import type { UpgradeRule } from "./context.ts";
import { normalizationRules } from "./normalization.ts";
import { poolingRules } from "./pooling.ts";
import { resamplingRules } from "./resampling.ts";

/** An attribute that only says something about types that Reverie does not have (8-bit floats). */
const dropping = (...attributes: string[]): UpgradeRule => (c) => c.change({}, attributes);

/** Scattering can keep the largest or smallest since operator set 18. */
const scatter: UpgradeRule = (c) => {
  const reduction = c.string("reduction", "none");
  if (reduction === "max" || reduction === "min") c.refuse(`reduction ${reduction} is not supported`);
  c.keep();
};

/** Blocks of quantised weights have scales of their own since operator set 21. */
const dequantize: UpgradeRule = (c) => {
  if (c.int("block_size", 0) !== 0) c.refuse("quantisation in blocks is not supported");
  c.change({}, ["block_size", "saturate", "output_dtype"]);
};

/** The name of Scatter since operator set 11. */
const renamedScatter: UpgradeRule = (c) => c.change({ op: "ScatterElements" });

const refusing = (reason: string, from: number, to: number): UpgradeRule => (c) =>
  c.opset >= from && c.opset <= to ? c.refuse(reason) : c.keep();

/** The rules by operator; an operator without one reads the same in all sets from 7 to 22. */
export const upgradeRules: ReadonlyMap<string, UpgradeRule> = new Map(Object.entries({
  ...activationRules,
  ...axesRules,
  ...normalizationRules,
  ...poolingRules,
  ...resamplingRules,
  Cast: dropping("saturate"),
  CastLike: dropping("saturate"),
  QuantizeLinear: dequantize,
  DequantizeLinear: dequantize,
  Scatter: renamedScatter,
  ScatterElements: scatter,
  ScatterND: scatter,
  DFT: refusing("its axis is an input since operator set 20", 20, 22),
  Scan: refusing("it has another meaning since operator set 9", 8, 8),
}));

/** Operators that came after set 17 and that no rule writes in other words. */
export const addedAfter17: ReadonlySet<string> = new Set([
  ...["BitwiseAnd", "BitwiseNot", "BitwiseOr", "BitwiseXor", "CenterCropPad", "Col2Im"],
  ...["DeformConv", "AffineGrid", "ImageDecoder", "RegexFullMatch", "StringConcat", "StringSplit"],
]);
