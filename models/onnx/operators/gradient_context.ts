import { invalidParameter } from "../../errors.ts";
import type { GraphBuilder } from "../build.ts";
import { type Attribute, type Node, numbersOf, type Tensor } from "../model.ts";
import { type KnownValues, NodeContext } from "./node_context.ts";
import { Value } from "./value.ts";

/**
 * A convolution of stride 1 with one-element kernels, `weight` [out, in, 1, …], that is not in the graph yet.
 */
export interface Projection {
  value: Value;
  weight: Tensor;
}

/**
 * The contribution of one reader of a value to its gradient: a value of the graph, or a convolution to
 * append.
 */
export type Contribution = Value | Projection;

/** Forms of the backward pass, chosen to suit the execution provider. */
export interface GradientForms {
  /**
   * How MaxPool's gradient finds each window's maximum. Default "codes".
   * - "codes": computed inside the layout of blocks of channels, in which onnxruntime keeps pictures on the CPU; takes
   *   half the time of indices. Other operators, too, are then written so as to stay in that layout.
   * - "indices": MaxPool's Indices output (CUDA).
   * - "indexFree": without that output, which WebGPU's MaxPool lacks.
   */
  maxPool?: "codes" | "indices" | "indexFree";
}

/** The gradient of one of a node's outputs, appended to the graph on demand. */
export interface OutputGradient {
  total(): Value;
  /** Some channels (axis 1) of it. */
  channels(start: number, end: number): Value;
}

/** Where a Relu stops what comes back; see `Rectification`. */
export interface RectificationFacts {
  onlyPositiveMatters(node: Node): boolean;
  stopsForRelu(node: Node): boolean;
  isStoppedBefore(node: Node): boolean;
}

/** What a {@link GradientContext} is made of. */
export interface GradientSources {
  g: GraphBuilder;
  node: Node;
  /** Follows the builder's graph. */
  known: KnownValues;
  /** One for each output; undefined where the loss does not depend on it. */
  ofOutputs: (OutputGradient | undefined)[];
  /** Values whose gradients are wanted. */
  active: ReadonlySet<string>;
  rectification: RectificationFacts;
  /** Name of the float32 scalar that is differentiated. */
  loss: string;
  forms: Required<GradientForms>;
}

/** One node as its gradient rule sees it, and the builder that the rule appends the backward pass with. */
export class GradientContext extends NodeContext {
  readonly g: GraphBuilder;
  readonly forms: Required<GradientForms>;
  readonly #sources: GradientSources;
  #current: Node;

  constructor(sources: GradientSources) {
    super(sources.node, sources.known);
    this.g = sources.g;
    this.forms = sources.forms;
    this.#sources = sources;
    this.#current = sources.node;
  }

  /** The gradient of the first output. */
  get grad(): Value {
    return this.#sources.ofOutputs[0]!.total();
  }

  /** The first output. */
  get y(): Value {
    return this.value(this.node.outputs[0]!);
  }

  /** The first input, the only one of many operators. */
  get x(): Value {
    return this.operand(0);
  }

  /** The first input of operators that have two. */
  get a(): Value {
    return this.operand(0);
  }

  get b(): Value {
    return this.operand(1);
  }

  /**
   * An input.
   *
   * @throws {Error} if the node omits it.
   */
  operand(index: number): Value {
    const name = this.node.inputs[index];
    if (!name) throw new Error(`input ${index} is missing`);
    return this.value(name);
  }

  /** The gradient of an output; undefined where the loss does not depend on it. */
  gradOf(output: number): Value | undefined {
    return this.#sources.ofOutputs[output]?.total();
  }

  /**
   * Some channels (axis 1) of the first output's gradient; cheaper than slicing them from the whole gradient.
   */
  gradChannels(start: number, end: number): Value {
    return this.#sources.ofOutputs[0]!.channels(start, end);
  }

  /** A handle on a value of the graph. */
  value(name: string): Value {
    return new Value(this.g, this.known, name);
  }

  /** A constant as a value of the graph. */
  fixed(tensor: Tensor, hint?: string): Value {
    return this.value(this.g.constant(tensor, hint));
  }

  /** A float32 constant without dimensions. */
  number(value: number): Value {
    return this.value(this.g.scalar(value));
  }

  /** A float32 tensor of zeros. */
  zeros(dims: number[]): Value {
    return this.value(this.g.op("ConstantOfShape", [this.g.ints(...dims)], {}, "zeros"));
  }

  /** The static shape of a value. */
  shape(name: string): number[] {
    return this.known.info(name).dims;
  }

  /**
   * An input's elements as numbers.
   *
   * @throws {ReverieError} if they are only known at run time.
   */
  override numbers(index: number): number[] {
    const tensor = this.constant(index);
    if (tensor) return numbersOf(tensor);
    return this.refuse(`needs its "${this.node.inputs[index]}" to be constant`);
  }

  /**
   * Refuses to differentiate this node. In the message, `reason` follows the node's name.
   *
   * @throws {ReverieError} always
   */
  refuse(reason: string): never {
    throw invalidParameter("layers", `${this.node.op} "${this.node.name}" ${reason}`, {
      advice: ["choose a layer below it"],
    });
  }

  /** The tensor as a value that onnxruntime cannot treat as a constant, so that it folds nothing. */
  variable(tensor: Tensor): string {
    return this.g.add(this.g.constant(tensor), this.g.clip(this.#sources.loss, 0, 0));
  }

  /** Whether the gradient of this input is wanted. */
  needs(index: number): boolean {
    return this.#sources.active.has(this.node.inputs[index] ?? "");
  }

  /**
   * Whether the gradient matters only where the node's output is positive. Elsewhere it is zero or is stopped
   * by a Relu, so it may go to any element that is not positive.
   */
  onlyPositiveMatters(): boolean {
    return this.#sources.rectification.onlyPositiveMatters(this.node);
  }

  /**
   * Whether a MaxPool stops the gradient of windows whose maximum is not positive, instead of a Relu before
   * it.
   */
  stopsForRelu(): boolean {
    return this.#sources.rectification.stopsForRelu(this.node);
  }

  /** Whether the gradient at a Relu's output is already zero where the Relu would stop it. */
  isStoppedBefore(): boolean {
    return this.#sources.rectification.isStoppedBefore(this.node);
  }

  /** Makes an optional output of the forward node exist (MaxPool's Indices). */
  demandOutput(index: number): Value {
    const { outputs } = this.#current;
    if (outputs[index]) return this.value(outputs[index]);
    const name = this.g.unique(`${this.node.outputs[0]}_output${index}`);
    const all = Array.from({ length: Math.max(index + 1, outputs.length) }, (_, i) => outputs[i] ?? "");
    all[index] = name;
    this.#replace({ ...this.#current, outputs: all });
    return this.value(name);
  }

  /** Changes attributes of the forward node; its results must stay the same. */
  changeAttributes(attributes: Record<string, Attribute>): void {
    this.#replace({ ...this.#current, attributes: { ...this.#current.attributes, ...attributes } });
  }

  /**
   * Replaces the forward node, which has one output, by the nodes that `build` appends; `output` is the value
   * that replaces its result. The backward pass may use everything that `build` returns.
   */
  rewriteForward<Built extends { output: string }>(build: () => Built): Built {
    const { nodes } = this.g.graph;
    const length = nodes.length;
    const built = build();
    const written = nodes.splice(length).map((each) =>
      each.outputs[0] === built.output ? { ...each, outputs: [this.node.outputs[0]!] } : each
    );
    nodes.splice(nodes.indexOf(this.#current), 1, ...written);
    return built;
  }

  /** Nodes may be shared with other graphs: they are replaced, never changed. */
  #replace(next: Node): void {
    const { nodes } = this.g.graph;
    nodes[nodes.indexOf(this.#current)] = next;
    this.#current = next;
  }
}
