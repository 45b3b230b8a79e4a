import { invalidParameter } from "../../errors.ts";
import type { AttributeInput, GraphBuilder } from "../build.ts";
import {
  type Attribute,
  floatTensor,
  type Graph,
  intAttribute,
  type Node,
  numbersOf,
  stringAttribute,
  type Tensor,
} from "../model.ts";
import type { ShapeTable } from "../shapes.ts";
import { tensorOf } from "../shapes/evaluation/evaluator.ts";

/** Writes one node anew for operator set 17: appends the nodes that make the same outputs under the same names. */
export type UpgradeRule = (context: UpgradeContext) => void;

interface Sources {
  g: GraphBuilder;
  node: Node;
  opset: number;
  graph: Graph;
  constants: ShapeTable;
  used: ReadonlySet<string>;
}

/** What a rule may look at, and how it writes the new nodes. */
export class UpgradeContext {
  /** Builds the new graph; nodes appended here come before the node's own replacement. */
  readonly g: GraphBuilder;
  readonly node: Node;
  /** The operator set that the node is written in. */
  readonly opset: number;
  readonly #sources: Sources;

  constructor(sources: Sources) {
    this.g = sources.g;
    this.node = sources.node;
    this.opset = sources.opset;
    this.#sources = sources;
  }

  /** The value at an input; throws a ReverieError where the node leaves it out. */
  input(index: number): string {
    return this.node.inputs[index] || this.refuse(`its input ${index} is missing`);
  }

  /** Whether an optional input is given and is not a constant without elements, which older sets use to say "none". */
  has(index: number): boolean {
    const name = this.node.inputs[index];
    return Boolean(name) && this.constant(index)?.data.length !== 0;
  }

  /** An input's elements where they are known without running the graph. */
  constant(index: number): Tensor | undefined {
    const name = this.node.inputs[index];
    return name ? this.#sources.constants.constant(name) : undefined;
  }

  /** An input's elements as numbers. Throws a ReverieError where they are only known at run time. */
  numbers(index: number): number[] {
    const tensor = this.constant(index);
    return tensor ? numbersOf(tensor) : this.refuse(`its input ${index} is only known at run time`);
  }

  /** Number of dimensions of an input, undefined where the graph's inputs leave it open. */
  rank(index: number): number | undefined {
    const { constants } = this.#sources;
    const name = this.input(index);
    return constants.has(name) ? constants.shape(name).length : undefined;
  }

  /** An int64 constant of one dimension. Attributes may say "to the end" with the largest int64. */
  ints(values: number[]): string {
    return this.g.constant(tensorOf("int64", [values.length], values));
  }

  attribute(name: string): Attribute | undefined {
    return this.node.attributes[name];
  }

  /** A string attribute, or the default where the node does not set it. */
  string(name: string, fallback: string): string {
    return stringAttribute(this.node, name, fallback);
  }

  int(name: string, fallback: number): number {
    return intAttribute(this.node, name, fallback);
  }

  /** Whether the node has this output and something reads it. */
  isUsed(output: number): boolean {
    const name = this.node.outputs[output];
    return Boolean(name) && this.#sources.used.has(name!);
  }

  /** The node as it is. */
  keep(): void {
    this.g.graph.nodes.push(this.node);
  }

  /** The node with changes; the attributes named in `drop` go. */
  change(changes: Partial<Node>, drop: string[] = []): void {
    const node = { ...this.node, ...changes };
    const attributes = Object.entries(node.attributes).filter(([name]) => !drop.includes(name));
    this.g.graph.nodes.push({ ...node, attributes: Object.fromEntries(attributes) });
  }

  /** Ends a rule: the last operator, whose result takes the name of the node's first output. */
  finish(op: string, inputs: string[], attributes: Record<string, AttributeInput> = {}): void {
    const last = this.g.op(op, inputs, attributes);
    const written = this.g.graph.nodes.pop()!;
    if (written.outputs[0] !== last) throw new Error("the builder appends one node for one operator");
    this.g.graph.nodes.push({ ...written, name: this.node.name, outputs: [this.node.outputs[0]!] });
  }

  /** A scalar of the element type that a value has. */
  scalarLike(value: number, of: string): string {
    const scalar = this.g.constant(floatTensor([value], []));
    return this.isFloat32() ? scalar : this.g.op("CastLike", [scalar, of]);
  }

  /** Throws the ReverieError that says why this node cannot be brought over. */
  refuse(reason: string): never {
    const { name, op, outputs } = this.node;
    throw invalidParameter(
      "model",
      `unsupported ONNX model: node "${name || outputs[0]}" (${op}, operator set ${this.opset}): ${reason}`,
      { advice: ["export the model with operator set 17"] },
    );
  }

  /** Whether every float of the graph is float32, as far as inputs and weights tell. */
  isFloat32(): boolean {
    const { inputs, initializers } = this.#sources.graph;
    const types = [...inputs, ...initializers.values()].map(({ type }) => type);
    return !types.includes("float16") && !types.includes("float64");
  }
}
