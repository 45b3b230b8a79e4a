import type { ElementType, Graph, Model, Node, Tensor } from "./model.ts";
import { elementCount } from "./model.ts";
import { evaluate } from "./operators/evaluate.ts";
import { NodeContext, type TensorInfo } from "./operators/node_context.ts";
import { operatorOf } from "./operators/table.ts";

export type { TensorInfo } from "./operators/node_context.ts";

/** A shape that cannot be inferred. The message names the node, its operator and the reason. */
export class ShapeError extends Error {
  override readonly name = "ShapeError";
}

/** Options of {@link ShapeTable}. */
export interface ShapeTableOptions {
  /**
   * Largest number of elements of a computed value. Default: 4096, enough for shapes, scales and axes, not
   * weights.
   */
  largestConstant?: number;
}

/**
 * Types and static shapes of a graph's values, and the elements of those that can be computed beforehand: shapes of
 * values, and what is calculated from shapes and constants.
 *
 * The table follows its graph: nodes that are appended later are read when a value is requested, so that code
 * that writes a graph can request the shape of a value that it has just written. A value that cannot be
 * inferred throws only when it, or one that depends on it, is requested.
 */
export class ShapeTable {
  readonly #graph: Graph;
  readonly #largestConstant: number;
  readonly #infos = new Map<string, TensorInfo>();
  readonly #constants = new Map<string, Tensor>();
  readonly #failures = new Map<string, ShapeError>();
  /** Values that are being inferred, which may not depend on themselves. */
  readonly #sought = new Set<string>();
  #seenInputs = 0;
  #seenNodes = 0;

  /** @param graph nodes in topological order; graph inputs need numbers for all their dimensions */
  constructor(graph: Graph, options: ShapeTableOptions = {}) {
    this.#graph = graph;
    this.#largestConstant = options.largestConstant ?? 4096;
  }

  /**
   * Type and shape of a value.
   *
   * @throws {ShapeError} if they cannot be inferred.
   */
  info(name: string): TensorInfo {
    const initializer = this.#graph.initializers.get(name);
    if (initializer) return initializer;
    this.#update();
    const info = this.#infos.get(name) ?? this.#inferReplaced(name);
    if (info) return info;
    throw this.#failures.get(name) ?? new ShapeError(`the graph has no value "${name}"`);
  }

  /** Whether type and shape of a value are known. */
  has(name: string): boolean {
    try {
      this.info(name);
      return true;
    } catch (error) {
      if (error instanceof ShapeError) return false;
      throw error;
    }
  }

  /** Static shape of a value. Throws as {@link info} does. */
  shape(name: string): number[] {
    return this.info(name).dims;
  }

  /** Element type of a value. Throws as {@link info} does. */
  type(name: string): ElementType {
    return this.info(name).type;
  }

  /** The value's tensor where it is a constant or can be computed from constants and shapes. */
  constant(name: string): Tensor | undefined {
    const initializer = this.#graph.initializers.get(name);
    if (initializer) return initializer;
    this.#update();
    return this.#constants.get(name);
  }

  /** Reads the inputs and nodes that were added since the last call. */
  #update(): void {
    const { inputs, nodes } = this.#graph;
    for (; this.#seenInputs < inputs.length; this.#seenInputs++) {
      const { name, type, dims } = inputs[this.#seenInputs]!;
      if (dims?.every((size) => typeof size === "number")) this.#infos.set(name, { type, dims });
      else this.#failures.set(name, new ShapeError(`the input "${name}" has no fixed shape; give it one`));
    }
    // Counted first: a rule asks for the node's inputs, which comes back here.
    while (this.#seenNodes < nodes.length) this.#infer(nodes[this.#seenNodes++]!);
  }

  /** A node may have been replaced, by one with more outputs or by several, after it was seen. */
  #inferReplaced(name: string): TensorInfo | undefined {
    if (this.#failures.has(name) || this.#sought.has(name)) return undefined;
    this.#sought.add(name);
    const node = this.#graph.nodes.find(({ outputs }) => outputs.includes(name));
    if (node) this.#infer(node);
    this.#sought.delete(name);
    return this.#infos.get(name);
  }

  #infer(node: Node): void {
    const context = new NodeContext(node, {
      info: (name) => this.#known(name),
      constant: (name) => this.#graph.initializers.get(name) ?? this.#constants.get(name),
    });
    try {
      const infos = inferNode(context);
      node.outputs.forEach((name, index) => {
        if (name) this.#infos.set(name, infos[index]!);
      });
      const tensors = this.#isSmall(node, infos) ? evaluate(context, infos) : undefined;
      tensors?.forEach((tensor, index) => {
        const name = node.outputs[index];
        if (name) this.#constants.set(name, tensor);
      });
    } catch (error) {
      const failure = error instanceof ShapeError
        ? error
        : new ShapeError(reasonFor(node, error), { cause: error });
      for (const name of node.outputs) if (name) this.#failures.set(name, failure);
    }
  }

  /** What is known of an input of a node. */
  #known(name: string): TensorInfo {
    const info = this.#graph.initializers.get(name) ?? this.#infos.get(name) ?? this.#inferReplaced(name);
    if (info) return info;
    throw this.#failures.get(name) ?? new Error(`no node makes its input "${name}"`);
  }

  #isSmall(node: Node, infos: TensorInfo[]): boolean {
    return node.outputs.every((_, index) => elementCount(infos[index]?.dims ?? []) <= this.#largestConstant);
  }
}

function inferNode(context: NodeContext): TensorInfo[] {
  const { outputs } = context.node;
  const rule = operatorOf(context.node).shape;
  if (!rule) throw new Error("no rule for this operator");
  const infos = rule(context);
  if (infos.length < outputs.length) throw new Error(`the operator has no output ${infos.length}`);
  const broken = infos.find(({ dims }) => dims.some((size) => !Number.isSafeInteger(size) || size < 0));
  if (broken) throw new Error(`the result would have the shape [${broken.dims.join(", ")}]`);
  return infos;
}

function reasonFor({ name, op, domain, outputs }: Node, error: unknown): string {
  const operator = domain === "" ? op : `${domain}.${op}`;
  const reason = error instanceof Error ? error.message : String(error);
  return `cannot infer the shape of node "${name || outputs[0]}" (${operator}): ${reason}`;
}

/**
 * Types and static shapes of all values of a model: inputs, initializers, and what every node makes.
 *
 * @param model inputs need numbers for all their dimensions
 * @throws {ShapeError} for the first node whose shape cannot be inferred; names it, its operator and the reason
 */
export function inferShapes(model: Model): Map<string, TensorInfo> {
  const { inputs, initializers, nodes } = model.graph;
  const table = new ShapeTable(model.graph);
  const shapes = new Map<string, TensorInfo>();
  const add = (name: string) => {
    const { type, dims } = table.info(name);
    shapes.set(name, { type, dims });
  };
  for (const { name } of inputs) add(name);
  for (const name of initializers.keys()) add(name);
  for (const name of nodes.flatMap(({ outputs }) => outputs)) if (name) add(name);
  return shapes;
}
