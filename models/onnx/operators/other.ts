import { named, type Operator, type Operators, sameAsInput, type UpgradeRule } from "./operator.ts";
import { zeros } from "./strided.ts";

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

/** Elements above (or below) a diagonal; the others, and their gradient, are zero. */
const trilu: Operator = {
  shape: sameAsInput,
  evaluate: (c, [output]) => {
    const source = c.tensor(0);
    const [rows, columns] = source.dims.slice(-2) as [number, number];
    const [diagonal, upper] = [c.has(1) ? c.numbers(1)[0]! : 0, c.int("upper", 1) === 1];
    const data = zeros(source.type, source.data.length);
    for (let i = 0; i < data.length; i++) {
      const place = i % columns - Math.floor(i / columns) % rows;
      if (upper ? place >= diagonal : place <= diagonal) data[i] = source.data[i]!;
    }
    return [{ ...output!, data }];
  },
  reads: "bits",
  gradient: (c) => c.grad.op("Trilu", c.has(1) ? [c.operand(1)] : [], { upper: c.int("upper", 1) }),
};

/** Undone by doing it again. */
const reverseSequence: Operator = {
  shape: sameAsInput,
  gradient: (c) => c.grad.op("ReverseSequence", [c.operand(1)], c.node.attributes),
};

/** Blocks of quantised weights have scales of their own since operator set 21. */
const quantisation: UpgradeRule = (c) => {
  if (c.int("block_size", 0) !== 0) c.refuse("quantisation in blocks is not supported");
  c.change({}, ["block_size", "saturate", "output_dtype"]);
};

const refusing = (reason: string, from: number, to: number): UpgradeRule => (c) =>
  c.opset >= from && c.opset <= to ? c.refuse(reason) : c.keep();

/** Operators of which little need be known. */
export const others: Operators = {
  RoiAlign: roiAlign,
  Trilu: trilu,
  ReverseSequence: reverseSequence,
  ...named("QuantizeLinear DequantizeLinear", { upgrade: quantisation }),
  DFT: { upgrade: refusing("its axis is an input since operator set 20", 20, 22) },
  Scan: { upgrade: refusing("it has another meaning since operator set 9", 8, 8) },
  ...named("CenterCropPad Col2Im", { since: 18 }),
  DeformConv: { since: 19 },
  ...named("AffineGrid ImageDecoder RegexFullMatch StringConcat StringSplit", { since: 20 }),
};
