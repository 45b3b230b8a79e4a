import { intsAttribute, type Node } from "../onnx/model.ts";

/** Operators that, for inputs that are not negative, give zero only where all of their inputs are zero. */
const keepsZeros = new Set(["Concat", "MaxPool", "AveragePool", "LRN"]);

/** Finds values whose gradient matters only where they are positive, because a Relu stops it elsewhere. */
export class Rectification {
  readonly #producers = new Map<string, Node>();
  readonly #readers = new Map<string, Node[]>();
  readonly #active: Set<string>;
  readonly #ends: Set<string>;
  readonly #stopping = new Set<Node>();
  readonly #spared = new Set<Node>();

  /** @param ends the values whose gradients are requested, at which the backward pass ends */
  constructor(nodes: Node[], active: Set<string>, ends: string[]) {
    this.#active = active;
    this.#ends = new Set(ends);
    for (const node of nodes) {
      for (const name of node.outputs) this.#producers.set(name, node);
      for (const name of node.inputs) this.#readers.set(name, [...this.#readers.get(name) ?? [], node]);
    }
    for (const node of nodes) {
      const relu = isStridedMaxPool(node) ? this.#reluBefore(node.inputs[0]!) : undefined;
      if (!relu) continue;
      this.#stopping.add(node);
      this.#spared.add(relu);
    }
  }

  /**
   * Whether a MaxPool stops the gradient of windows whose maximum is not positive, instead of the Relu before it. Only
   * positive elements get a gradient then, and a pool with a stride has fewer windows than the Relu has elements.
   */
  stopsForRelu(node: Node): boolean {
    return this.#stopping.has(node);
  }

  /** Whether the gradient at a Relu's output is already zero where the Relu would stop it. */
  isStoppedBefore(node: Node): boolean {
    return this.#spared.has(node);
  }

  /**
   * The Relu whose gradient comes only through this value. The gradient of an LRN is zero where its output and its
   * output's gradient are zero.
   */
  #reluBefore(name: string): Node | undefined {
    const node = this.#producers.get(name);
    if (!node || this.#ends.has(name) || this.#activeReaders(name).length !== 1) return undefined;
    if (node.op === "Relu") return node;
    return node.op === "LRN" ? this.#reluBefore(node.inputs[0]!) : undefined;
  }

  /** Whether the gradient through a node matters only where its output is positive. */
  onlyPositiveMatters(node: Node): boolean {
    return this.#isRectified(node.inputs[0]!) || this.#isReadByRelu(node.outputs[0]!);
  }

  /** Whether a value is never negative, and its gradient where it is zero is stopped by a Relu. */
  #isRectified(name: string): boolean {
    const node = this.#producers.get(name);
    if (!node || this.#ends.has(name)) return false;
    if (node.op === "Relu") return true;
    return keepsZeros.has(node.op) && node.inputs.every((input) => this.#isRectified(input));
  }

  #isReadByRelu(name: string): boolean {
    const readers = this.#activeReaders(name);
    return readers.length > 0 && readers.every(({ op }) => op === "Relu");
  }

  #activeReaders(name: string): Node[] {
    return (this.#readers.get(name) ?? [])
      .filter(({ outputs }) => outputs.some((output) => this.#active.has(output)));
  }
}

function isStridedMaxPool(node: Node): boolean {
  return node.op === "MaxPool" && intsAttribute(node, "strides", []).some((stride) => stride > 1);
}
