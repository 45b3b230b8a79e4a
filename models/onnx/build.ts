import {
  type Attribute,
  type Dimension,
  type ElementType,
  floatTensor,
  type Graph,
  intTensor,
  type Model,
  type Node,
  type Tensor,
} from "./model.ts";
import { namesIn } from "./names.ts";

/** What a caller may write for an attribute: a whole number becomes an int, use {@link float} for a float. */
export type AttributeInput = number | string | readonly number[] | Attribute;

/** Marks a number (or list) as a float attribute, which JavaScript cannot tell from an int. */
export function float(value: number): Attribute;
export function float(value: number[]): Attribute;
export function float(value: number | number[]): Attribute {
  return typeof value === "number" ? { kind: "float", value } : { kind: "floats", value };
}

function toAttribute(input: AttributeInput): Attribute {
  if (typeof input === "number") return { kind: "int", value: input };
  if (typeof input === "string") return { kind: "string", value: input };
  if (Array.isArray(input)) return { kind: "ints", value: [...input] };
  return input as Attribute;
}

/** Options of {@link GraphBuilder}. */
export interface BuilderOptions {
  /** Name of the graph, seen in profiles and errors. */
  name?: string;
  /** Version of the operator set; 17 is the newest that every execution provider we use knows whole. */
  opset?: number;
  /** Names of outputs to come: no other value gets them. */
  outputs?: readonly string[];
}

/**
 * Writes a graph node by node. Every method returns the name of the value it makes, so that a network reads like
 * its figure:
 *
 * ```ts
 * import { GraphBuilder } from "./build.ts";
 * const g = new GraphBuilder();
 * const x = g.input("x", "float32", [1, 3, "height", "width"]);
 * g.output("y", g.relu(g.mul(x, g.scalar(2))), "float32");
 * const model = g.build();
 * ```
 */
export class GraphBuilder {
  readonly graph: Graph;
  readonly opset: number;
  readonly #constants = new Map<string, string>();
  readonly #reserved: Set<string>;
  readonly #names: Set<string>;
  #counter = 0;

  constructor(options: BuilderOptions = {}) {
    this.graph = {
      name: options.name ?? "graph",
      inputs: [],
      outputs: [],
      nodes: [],
      initializers: new Map(),
    };
    this.opset = options.opset ?? 17;
    this.#reserved = new Set(options.outputs);
    this.#names = new Set(this.#reserved);
  }

  /** Goes on building at the end of a copy of an existing graph; its tensors are shared, not copied. */
  static extend(model: Model): GraphBuilder {
    const builder = new GraphBuilder({ name: model.graph.name, opset: model.opset });
    const { inputs, outputs, nodes, initializers } = model.graph;
    builder.graph.inputs.push(...inputs);
    builder.graph.outputs.push(...outputs);
    builder.graph.nodes.push(...nodes);
    for (const [name, tensor] of initializers) builder.graph.initializers.set(name, tensor);
    namesIn(model.graph, builder.#names);
    return builder;
  }

  /** A name not used yet in this graph, beginning with the hint. */
  unique(hint: string): string {
    let name = hint;
    while (this.#names.has(name)) name = `${hint}_${++this.#counter}`;
    this.#names.add(name);
    return name;
  }

  /** Declares an input of the graph. Throws when the name is taken. */
  input(name: string, type: ElementType, dims: Dimension[]): string {
    if (this.#names.has(name)) throw new Error(`the graph already has a value named ${name}`);
    this.#names.add(name);
    this.graph.inputs.push({ name, type, dims });
    return name;
  }

  /** Makes a value an output of the graph under the given name. Throws when another value has the name. */
  output(name: string, value: string, type: ElementType, dims?: Dimension[]): void {
    if (name !== value) {
      if (!this.#reserved.delete(name) && this.#names.has(name)) {
        throw new Error(`the graph already has a value named ${name}`);
      }
      this.#names.add(name);
      this.graph.nodes.push(this.#node("Identity", [value], [name], {}));
    }
    this.graph.outputs.push(dims ? { name, type, dims } : { name, type });
  }

  /** A constant; equal small constants are stored once. */
  constant(tensor: Tensor, hint = "constant"): string {
    const key = tensor.data.length <= 16 ? `${tensor.type}|${tensor.dims}|${tensor.data}` : undefined;
    const known = key === undefined ? undefined : this.#constants.get(key);
    if (known !== undefined) return known;
    const name = this.unique(hint);
    this.graph.initializers.set(name, tensor);
    if (key !== undefined) this.#constants.set(key, name);
    return name;
  }

  /** A float32 constant without dimensions. */
  scalar(value: number): string {
    return this.constant(floatTensor([value], []));
  }

  /** A float32 constant. */
  floats(values: ArrayLike<number>, dims?: number[]): string {
    return this.constant(floatTensor(values, dims));
  }

  /** An int64 constant of one dimension, as shapes, axes and pads are given. */
  ints(...values: number[]): string {
    return this.constant(intTensor(values));
  }

  /** Calls an operator that has one output. */
  op(op: string, inputs: string[], attributes: Record<string, AttributeInput> = {}, hint = op): string {
    return this.ops(op, inputs, attributes, 1, hint)[0]!;
  }

  /** Calls an operator that has several outputs. */
  ops(
    op: string,
    inputs: string[],
    attributes: Record<string, AttributeInput>,
    outputCount: number,
    hint = op,
  ): string[] {
    const outputs = Array.from({ length: outputCount }, () => this.unique(hint));
    this.graph.nodes.push(this.#node(op, inputs, outputs, attributes));
    return outputs;
  }

  add = (a: string, b: string): string => this.op("Add", [a, b]);
  sub = (a: string, b: string): string => this.op("Sub", [a, b]);
  mul = (a: string, b: string): string => this.op("Mul", [a, b]);
  div = (a: string, b: string): string => this.op("Div", [a, b]);
  neg = (x: string): string => this.op("Neg", [x]);
  abs = (x: string): string => this.op("Abs", [x]);
  sqrt = (x: string): string => this.op("Sqrt", [x]);
  exp = (x: string): string => this.op("Exp", [x]);
  floor = (x: string): string => this.op("Floor", [x]);
  relu = (x: string): string => this.op("Relu", [x]);
  sigmoid = (x: string): string => this.op("Sigmoid", [x]);
  tanh = (x: string): string => this.op("Tanh", [x]);
  greater = (a: string, b: string): string => this.op("Greater", [a, b]);
  less = (a: string, b: string): string => this.op("Less", [a, b]);
  and = (a: string, b: string): string => this.op("And", [a, b]);
  or = (a: string, b: string): string => this.op("Or", [a, b]);
  not = (x: string): string => this.op("Not", [x]);
  matmul = (a: string, b: string): string => this.op("MatMul", [a, b]);

  /** `condition ? a : b`, element by element with broadcasting. */
  where(condition: string, a: string, b: string): string {
    return this.op("Where", [condition, a, b]);
  }

  /** Limits values to [low, high]; either bound may be left out. */
  clip(x: string, low?: number, high?: number): string {
    const bound = (value?: number) => (value === undefined ? "" : this.scalar(value));
    return this.op("Clip", [x, bound(low), bound(high)]);
  }

  cast(x: string, type: ElementType): string {
    return this.op("Cast", [x], { to: elementTypeCode[type] });
  }

  concat(values: string[], axis: number): string {
    return this.op("Concat", values, { axis });
  }

  /** `x[starts:ends:steps]` on the given axes. */
  slice(x: string, starts: number[], ends: number[], axes: number[], steps?: number[]): string {
    const inputs = [x, this.ints(...starts), this.ints(...ends), this.ints(...axes)];
    return this.op("Slice", steps ? [...inputs, this.ints(...steps)] : inputs);
  }

  reshape(x: string, dims: number[]): string {
    return this.op("Reshape", [x, this.ints(...dims)]);
  }

  transpose(x: string, perm: number[]): string {
    return this.op("Transpose", [x], { perm });
  }

  /** Mean over axes (all of them where none is named). */
  reduceMean(x: string, axes?: number[], keepdims = 1): string {
    return this.op("ReduceMean", [x], axes ? { axes, keepdims } : { keepdims });
  }

  /** Sum over axes (all of them where none is named). Axes are an input since opset 13. */
  reduceSum(x: string, axes?: number[], keepdims = 1): string {
    return this.op("ReduceSum", axes ? [x, this.ints(...axes)] : [x], { keepdims });
  }

  /** A two-dimensional convolution; `attributes` as in ONNX (strides, pads, dilations, group). */
  conv(x: string, weight: string, bias = "", attributes: Record<string, AttributeInput> = {}): string {
    return this.op("Conv", bias ? [x, weight, bias] : [x, weight], attributes);
  }

  /** The finished model. The builder may go on; later nodes are seen by the model. */
  build(): Model {
    return { graph: this.graph, opset: this.opset, metadata: {} };
  }

  #node(op: string, inputs: string[], outputs: string[], attributes: Record<string, AttributeInput>): Node {
    const converted: Record<string, Attribute> = {};
    for (const [name, value] of Object.entries(attributes)) converted[name] = toAttribute(value);
    return { name: outputs[0] ?? op, op, domain: "", inputs, outputs, attributes: converted };
  }
}

/** The numbers ONNX uses for element types (TensorProto.DataType). */
export const elementTypeCode: Readonly<Record<ElementType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
  bfloat16: 16,
  other: 0,
};
