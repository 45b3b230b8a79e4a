import type { AttributeInput, GraphBuilder } from "../build.ts";
import type { ElementType, Tensor } from "../model.ts";
import type { KnownValues } from "./node_context.ts";

/** A value, or a number for a float32 constant without dimensions. */
export type Operand = Value | number;

type Attributes = Record<string, AttributeInput>;

/**
 * A handle on a value of a graph that is being written: it knows its type and static shape, and its methods append
 * operators to the graph, so that a formula reads as one: `grad.mul(y).mul(y.oneMinus())`.
 */
export class Value {
  readonly #g: GraphBuilder;
  readonly #known: KnownValues;

  /** @param known follows the builder's graph */
  constructor(g: GraphBuilder, known: KnownValues, readonly name: string) {
    this.#g = g;
    this.#known = known;
  }

  get type(): ElementType {
    return this.#known.info(this.name).type;
  }

  get dims(): number[] {
    return this.#known.info(this.name).dims;
  }

  get rank(): number {
    return this.dims.length;
  }

  /** The sizes behind batch and channels. */
  get spatial(): number[] {
    return this.dims.slice(2);
  }

  /** The elements where they are known beforehand. */
  get constant(): Tensor | undefined {
    return this.#known.constant(this.name);
  }

  /** Calls an operator of one output with this value as its first input; undefined leaves an optional input out. */
  op(op: string, others: (Operand | undefined)[] = [], attributes: Attributes = {}, hint = op): Value {
    const inputs = [this, ...others].map((other) =>
      other === undefined ? "" : typeof other === "number" ? this.#g.scalar(other) : other.name
    );
    return this.#of(this.#g.op(op, inputs, attributes, hint));
  }

  add = (other: Operand): Value => this.op("Add", [other]);
  sub = (other: Operand): Value => this.op("Sub", [other]);
  mul = (other: Operand): Value => this.op("Mul", [other]);
  div = (other: Operand): Value => this.op("Div", [other]);
  pow = (exponent: Operand): Value => this.op("Pow", [exponent]);
  neg = (): Value => this.op("Neg");
  abs = (): Value => this.op("Abs");
  sign = (): Value => this.op("Sign");
  sqrt = (): Value => this.op("Sqrt");
  exp = (): Value => this.op("Exp");
  log = (): Value => this.op("Log");
  sin = (): Value => this.op("Sin");
  cos = (): Value => this.op("Cos");
  erf = (): Value => this.op("Erf");
  tanh = (): Value => this.op("Tanh");
  sigmoid = (): Value => this.op("Sigmoid");
  floor = (): Value => this.op("Floor");
  reciprocal = (): Value => this.op("Reciprocal");
  equal = (other: Operand): Value => this.op("Equal", [other]);
  greater = (other: Operand): Value => this.op("Greater", [other]);
  less = (other: Operand): Value => this.op("Less", [other]);
  and = (other: Value): Value => this.op("And", [other]);
  or = (other: Value): Value => this.op("Or", [other]);
  matmul = (other: Value): Value => this.op("MatMul", [other]);

  /** `value - this`. */
  subFrom(value: number): Value {
    return this.#of(this.#g.scalar(value)).sub(this);
  }

  /** `this * factor`, or the value itself where the factor is 1. */
  scale(factor: number): Value {
    return factor === 1 ? this : this.mul(factor);
  }

  /** `this ? a : b` for a bool, element by element with broadcasting. */
  where(a: Operand, b: Operand): Value {
    return this.op("Where", [a, b]);
  }

  /** Whether elements lie between two bounds, neither included. */
  isBetween(low: number, high: number): Value {
    return this.greater(low).and(this.less(high));
  }

  /** 1 where a bool holds, else 0. */
  indicator(): Value {
    return this.cast("float32");
  }

  cast(type: ElementType): Value {
    return this.#of(this.#g.cast(this.name, type));
  }

  /** Limited to [low, high]. */
  clip(low: number, high: number): Value {
    return this.#of(this.#g.clip(this.name, low, high));
  }

  reshape(dims: number[]): Value {
    return this.#of(this.#g.reshape(this.name, dims));
  }

  transpose(perm: number[]): Value {
    return this.#of(this.#g.transpose(this.name, perm));
  }

  /** Repeated to a shape that it broadcasts to. */
  expand(dims: number[]): Value {
    return this.op("Expand", [this.ints(...dims)]);
  }

  /** `this[starts:ends:steps]` on the given axes. */
  slice(starts: number[], ends: number[], axes: number[], steps?: number[]): Value {
    return this.#of(this.#g.slice(this.name, starts, ends, axes, steps));
  }

  /** This and other values side by side along an axis. */
  concat(others: Value[], axis: number): Value {
    return this.op("Concat", others, { axis });
  }

  /** The elements of an axis (the first unless another is named) that an int64 value names. */
  gather(indices: Value, axis?: number): Value {
    return this.op("Gather", [indices], axis === undefined ? {} : { axis });
  }

  /** Zeros (or `fill`) added before and after each axis; no amount is negative. */
  pad(before: number[], after: number[], fill?: number): Value {
    return this.op("Pad", [this.ints(...before, ...after), ...fill === undefined ? [] : [fill]]);
  }

  /** Zeros added before and after each axis; negative amounts cut off. The value itself where all are zero. */
  padOrCrop(before: number[], after: number[]): Value {
    const { dims } = this;
    const cropped = dims.map((_, axis) => axis).filter((axis) => before[axis]! < 0 || after[axis]! < 0);
    const inside = cropped.length === 0 ? this : this.slice(
      cropped.map((axis) => Math.max(0, -before[axis]!)),
      cropped.map((axis) => dims[axis]! - Math.max(0, -after[axis]!)),
      cropped,
    );
    const positive = (amounts: number[]) => amounts.map((amount) => Math.max(0, amount));
    return [...before, ...after].some((amount) => amount > 0)
      ? inside.pad(positive(before), positive(after))
      : inside;
  }

  /** {@link padOrCrop} on the axes behind batch and channels. */
  padOrCropSpatial(before: number[], after: number[]): Value {
    return this.padOrCrop([0, 0, ...before], [0, 0, ...after]);
  }

  /** Sum over axes (all of them where none is named). */
  reduceSum(axes?: number[], keepdims = 1): Value {
    return this.#of(this.#g.reduceSum(this.name, axes, keepdims));
  }

  /** Mean over axes (all of them where none is named). */
  reduceMean(axes?: number[], keepdims = 1): Value {
    return this.#of(this.#g.reduceMean(this.name, axes, keepdims));
  }

  /**
   * The gradient of a value of shape `dims` that was broadcast: this gradient summed over the repeated axes.
   */
  sumTo(dims: number[]): Value {
    const from = this.dims;
    const lead = from.length - dims.length;
    const axes = from.map((_, axis) => axis).filter((axis) =>
      axis < lead || from[axis] !== dims[axis - lead]
    );
    if (axes.length === 0) return this;
    const reduced = this.reduceSum(axes);
    return lead === 0 ? reduced : reduced.reshape(dims);
  }

  /** A convolution; `attributes` as in ONNX (strides, pads, dilations, group). */
  conv(weight: Value, attributes: Attributes = {}): Value {
    return this.op("Conv", [weight], attributes);
  }

  /** A constant of the same graph. */
  fixed(tensor: Tensor, hint?: string): Value {
    return this.#of(this.#g.constant(tensor, hint));
  }

  /** A constant of the same graph, int64 and of one dimension. */
  ints(...values: number[]): Value {
    return this.#of(this.#g.ints(...values));
  }

  #of(name: string): Value {
    return new Value(this.#g, this.#known, name);
  }
}
