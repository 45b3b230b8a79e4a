import { invalidParameter } from "../../errors.ts";
import type { AttributeInput, GraphBuilder } from "../build.ts";
import { type Attribute, floatTensor, type Graph, type Node } from "../model.ts";
import { type KnownValues, NodeContext } from "./node_context.ts";
import { tensorOf } from "./tensor_of.ts";

/** What an {@link UpgradeContext} is made of. */
export interface UpgradeSources {
  g: GraphBuilder;
  node: Node;
  opset: number;
  /** The graph as it was. */
  graph: Graph;
  known: KnownValues & { has(name: string): boolean };
  /** Values that something reads. */
  used: ReadonlySet<string>;
}

/** What an upgrade rule may look at, and how it writes the new nodes. */
export class UpgradeContext extends NodeContext {
  /** Builds the new graph; nodes appended here come before the node's own replacement. */
  readonly g: GraphBuilder;
  /** The operator set that the node is written in. */
  readonly opset: number;
  readonly #sources: UpgradeSources;

  constructor(sources: UpgradeSources) {
    super(sources.node, sources.known);
    this.g = sources.g;
    this.opset = sources.opset;
    this.#sources = sources;
  }

  /** The value at an input; throws a ReverieError where the node leaves it out. */
  input(index: number): string {
    return this.node.inputs[index] || this.refuse(`its input ${index} is missing`);
  }

  /** Whether an optional input is given and is not a constant without elements, which older sets use to say "none". */
  override has(index: number): boolean {
    return super.has(index) && this.constant(index)?.data.length !== 0;
  }

  /** An input's elements as numbers. Throws a ReverieError where they are only known at run time. */
  override numbers(index: number): number[] {
    return this.constant(index)
      ? super.numbers(index)
      : this.refuse(`its input ${index} is only known at run time`);
  }

  /** Number of dimensions of an input, undefined where the graph's inputs leave it open. */
  rank(index: number): number | undefined {
    return this.#sources.known.has(this.input(index)) ? this.dims(index).length : undefined;
  }

  /** An int64 constant of one dimension. Attributes may say "to the end" with the largest int64. */
  list(values: number[]): string {
    return this.g.constant(tensorOf("int64", [values.length], values));
  }

  attribute(name: string): Attribute | undefined {
    return this.node.attributes[name];
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

  /** The node with a list as its second input that was an attribute. */
  listToInput(attribute: string): void {
    const list = this.attribute(attribute);
    if (list?.kind !== "ints") return this.keep();
    this.change({ inputs: [this.input(0), this.list(list.value)] }, [attribute]);
  }

  /** An operator whose results have the names of outputs of the node. */
  append(
    op: string,
    inputs: string[],
    outputs: string[],
    attributes: Record<string, AttributeInput> = {},
  ): void {
    this.g.op(op, inputs, attributes);
    const written = this.g.graph.nodes.pop()!;
    this.g.graph.nodes.push({ ...written, outputs });
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
