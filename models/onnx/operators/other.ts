import { named, type Operator, type Operators, sameAsInput, type UpgradeRule } from "./operator.ts";

const roiAlign: Operator = {
  shape: (c) => {
    const size = (name: string) => c.int(name, 1);
    const { type, dims } = c.info(0);
    return [{ type, dims: [c.dims(1)[0]!, dims[1]!, size("output_height"), size("output_width")] }];
  },
  /** Before operator set 16 regions were not shifted by half a pixel. */
  upgrade: (c) => {
    if (c.opset >= 16) return c.keep();
    const mode = { kind: "string" as const, value: "output_half_pixel" };
    c.change({ attributes: { ...c.node.attributes, coordinate_transformation_mode: mode } });
  },
};

/** Blocks of quantised weights have scales of their own since operator set 21. */
const quantisation: UpgradeRule = (c) => {
  if (c.int("block_size", 0) !== 0) c.refuse("quantisation in blocks is not supported");
  c.change({}, ["block_size", "saturate", "output_dtype"]);
};

const refusing = (reason: string, from: number, to: number): UpgradeRule => (c) =>
  c.opset >= from && c.opset <= to ? c.refuse(reason) : c.keep();

/** Operators that need few rules. */
export const others: Operators = {
  RoiAlign: roiAlign,
  ...named("Trilu ReverseSequence", { shape: sameAsInput }),
  ...named("QuantizeLinear DequantizeLinear", { upgrade: quantisation }),
  DFT: { upgrade: refusing("its axis is an input since operator set 20", 20, 22) },
  Scan: { upgrade: refusing("it has another meaning since operator set 9", 8, 8) },
  ...named("CenterCropPad Col2Im", { since: 18 }),
  DeformConv: { since: 19 },
  ...named("AffineGrid ImageDecoder RegexFullMatch StringConcat StringSplit", { since: 20 }),
};
