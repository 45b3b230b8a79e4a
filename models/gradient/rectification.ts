import type { Node } from "../onnx/model.ts";

/** Operators whose result is zero only where all that it was made of is zero, if none of that is negative. */
const keepsZeros = new Set(["Concat", "MaxPool", "AveragePool", "LRN"]);

/** Knows where a gradient counts only at positive values, because a Relu stops what comes back elsewhere. */
export class Rectification {
  readonly #producers = new Map<string, Node>();
  readonly #readers = new Map<string, Node[]>();
  readonly #active: Set<string>;
  readonly #ends: Set<string>;

  /** @param ends the values whose gradients are wanted, where the way back ends */
  constructor(nodes: Node[], active: Set<string>, ends: string[]) {
    this.#active = active;
    this.#ends = new Set(ends);
    for (const node of nodes) {
      for (const name of node.outputs) this.#producers.set(name, node);
      for (const name of node.inputs) this.#readers.set(name, [...this.#readers.get(name) ?? [], node]);
    }
  }

  /** Whether the gradient that passes a node counts only where its output is positive. */
  onlyPositiveMatters(node: Node): boolean {
    return this.#isRectified(node.inputs[0]!) || this.#isReadByRelu(node.outputs[0]!);
  }

  /** The value is never negative, and its gradient where it is zero goes no further than a Relu. */
  #isRectified(name: string): boolean {
    const node = this.#producers.get(name);
    if (!node || this.#ends.has(name)) return false;
    if (node.op === "Relu") return true;
    return keepsZeros.has(node.op) && node.inputs.every((input) => this.#isRectified(input));
  }

  #isReadByRelu(name: string): boolean {
    const readers = (this.#readers.get(name) ?? [])
      .filter(({ outputs }) => outputs.some((output) => this.#active.has(output)));
    return readers.length > 0 && readers.every(({ op }) => op === "Relu");
  }
}
