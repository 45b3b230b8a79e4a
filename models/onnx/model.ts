/**
 * ONNX models as plain values: what the reader makes, the builder and the gradient work on, and the writer takes.
 * Values in a graph are names; every name is assigned exactly once (SSA), as the ONNX specification demands.
 */

/**
 * Element types that Reverie's graphs use, named as onnxruntime names them. "other" stands for what only parts of a network
 * may have that are not needed: strings, sequences, 8-bit floats and so on.
 */
export type ElementType =
  | "float32"
  | "float64"
  | "float16"
  | "bfloat16"
  | "uint8"
  | "int8"
  | "int32"
  | "int64"
  | "bool"
  | "other";

/** The typed array that holds elements of each type; float16 and bfloat16 are kept as raw bits, bool as bytes. */
export type TensorData =
  | Float32Array
  | Float64Array
  | Uint16Array
  | Uint8Array
  | Int8Array
  | Int32Array
  | BigInt64Array;

/**
 * A constant tensor. `data` has as many elements as the product of `dims` (row-major); a scalar has `dims = []`. Tensors of
 * a file read `data` when it is first asked for, and throw a ReverieError where it is missing, damaged, or of a type
 * "other".
 */
export interface Tensor {
  type: ElementType;
  dims: number[];
  data: TensorData;
}

/** A node's attribute with the kind that ONNX stores it under; integers are safe JavaScript numbers. */
export type Attribute =
  | { kind: "int"; value: number }
  | { kind: "ints"; value: number[] }
  | { kind: "float"; value: number }
  | { kind: "floats"; value: number[] }
  | { kind: "string"; value: string }
  | { kind: "strings"; value: string[] }
  | { kind: "tensor"; value: Tensor }
  | { kind: "graph"; value: Graph }
  /** Inside a function: the attribute of that name of the node that calls it. */
  | { kind: "reference"; value: string }
  /** A kind that Reverie does not handle, such as a sparse tensor. */
  | { kind: "other"; value: undefined };

/** One operator call. An omitted optional input or output is the empty string. */
export interface Node {
  name: string;
  op: string;
  /** Empty for the standard ONNX operators. */
  domain: string;
  inputs: string[];
  outputs: string[];
  attributes: Record<string, Attribute>;
}

/** A dimension: a number, or a name (or `""`) where the size is only known at run time. */
export type Dimension = number | string;

/** A graph's input or output. `dims` is absent where not even the rank is declared. */
export interface ValueInfo {
  name: string;
  type: ElementType;
  dims?: Dimension[];
}

/** A graph: `nodes` are in topological order; `initializers` are its constants by name. */
export interface Graph {
  name: string;
  inputs: ValueInfo[];
  outputs: ValueInfo[];
  nodes: Node[];
  initializers: Map<string, Tensor>;
}

/** A model: a graph and the version of the standard operator set it is written in. */
export interface Model {
  graph: Graph;
  opset: number;
  /** Free-form key/value pairs that travel in the file (`metadata_props`). */
  metadata: Record<string, string>;
}

/** An operator that a file defines by other nodes. Inputs, outputs and inner values have names of the function's own. */
export interface FunctionDefinition {
  name: string;
  domain: string;
  /** Version of the standard operator set that the nodes are written in. */
  opset: number;
  inputs: string[];
  outputs: string[];
  nodes: Node[];
  /** Attributes that calls may leave out. */
  defaults: Record<string, Attribute>;
}

/** Number of elements of a shape; 1 for a scalar. */
export function elementCount(dims: readonly number[]): number {
  return dims.reduce((product, size) => product * size, 1);
}

const constructors = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  uint8: Uint8Array,
  int8: Int8Array,
  int32: Int32Array,
  int64: BigInt64Array,
  bool: Uint8Array,
  other: Uint8Array,
} as const;

/** The typed array constructor for an element type. */
export function arrayType(type: ElementType): (typeof constructors)[ElementType] {
  return constructors[type];
}

/** A float32 tensor. Throws a RangeError when the number of values does not fit the shape. */
export function floatTensor(values: ArrayLike<number>, dims: number[] = [values.length]): Tensor {
  return checked({ type: "float32", dims, data: Float32Array.from(values) });
}

/** An int64 tensor (shapes, axes, pads). Throws a RangeError when the number of values does not fit the shape. */
export function intTensor(values: readonly number[], dims: number[] = [values.length]): Tensor {
  return checked({ type: "int64", dims, data: BigInt64Array.from(values, BigInt) });
}

/** The tensor's elements as JavaScript numbers. */
export function numbersOf({ type, data }: Tensor): number[] {
  if (type === "float16") return Array.from(halves(data));
  if (type === "bfloat16") return Array.from(upperHalves(data));
  return data instanceof BigInt64Array ? Array.from(data, Number) : Array.from(data);
}

/** The tensor with its elements rounded to float32; itself if it has that type. */
export function toFloat32({ type, dims, data }: Tensor): Tensor {
  const floats = type === "float16" ? halves(data) : type === "bfloat16" ? upperHalves(data) : data;
  if (floats instanceof BigInt64Array) return floatTensor(Array.from(floats, Number), dims);
  return { type: "float32", dims, data: floats instanceof Float32Array ? floats : new Float32Array(floats) };
}

function halves({ buffer, byteOffset, length }: TensorData): Float16Array {
  return new Float16Array(buffer, byteOffset, length);
}

/** bfloat16 is the upper half of a float32. */
function upperHalves(bits: TensorData): Float32Array {
  const whole = new Uint32Array(bits.length);
  for (let i = 0; i < whole.length; i++) whole[i] = Number(bits[i]) << 16;
  return new Float32Array(whole.buffer);
}

function checked(tensor: Tensor): Tensor {
  if (elementCount(tensor.dims) !== tensor.data.length) {
    throw new RangeError(`${tensor.data.length} values do not fill the shape [${tensor.dims}]`);
  }
  return tensor;
}

/** An integer attribute, or the default where the node does not set it. */
export function intAttribute(node: Node, name: string, fallback: number): number {
  const attribute = node.attributes[name];
  return attribute?.kind === "int" ? attribute.value : fallback;
}

/** An attribute that lists integers, or the default where the node does not set it. */
export function intsAttribute(node: Node, name: string, fallback: number[]): number[] {
  const attribute = node.attributes[name];
  return attribute?.kind === "ints" ? attribute.value : fallback;
}

/** A float attribute, or the default where the node does not set it. */
export function floatAttribute(node: Node, name: string, fallback: number): number {
  const attribute = node.attributes[name];
  return attribute?.kind === "float" ? attribute.value : fallback;
}

/** A string attribute, or the default where the node does not set it. */
export function stringAttribute(node: Node, name: string, fallback: string): string {
  const attribute = node.attributes[name];
  return attribute?.kind === "string" ? attribute.value : fallback;
}
