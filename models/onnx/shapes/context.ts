import type { ElementType, Node, Tensor } from "../model.ts";
import { numbersOf } from "../model.ts";

/** What is known of a value without running the graph. */
export interface TensorInfo {
  type: ElementType;
  dims: number[];
}

/**
 * Says what a node's outputs look like, one entry for each output of the operator, in their order. Optional outputs
 * are described whether or not the node names them. Throws an Error with the plain reason where it cannot.
 */
export type ShapeRule = (node: NodeContext) => TensorInfo[];

/** What a rule may know of a node and its inputs. */
export interface NodeSources {
  /** Throws where the value is unknown. */
  info(name: string): TensorInfo;
  /** The value's elements where they are known beforehand. */
  constant(name: string): Tensor | undefined;
}

/** One node as its rule sees it. */
export class NodeContext {
  readonly #sources: NodeSources;

  constructor(readonly node: Node, sources: NodeSources) {
    this.#sources = sources;
  }

  /** Whether the optional input is given. */
  has(index: number): boolean {
    return Boolean(this.node.inputs[index]);
  }

  /** Type and shape of an input. Throws where the node leaves it out. */
  input(index: number): TensorInfo {
    const name = this.node.inputs[index];
    if (!name) throw new Error(`input ${index} is missing`);
    return this.#sources.info(name);
  }

  /** All inputs that are given. */
  inputs(): TensorInfo[] {
    return this.node.inputs.filter((name) => name !== "").map((name) => this.#sources.info(name));
  }

  dims(index: number): number[] {
    return this.input(index).dims;
  }

  type(index: number): ElementType {
    return this.input(index).type;
  }

  /** An input's elements, undefined where it is left out or only known at run time. */
  constant(index: number): Tensor | undefined {
    const name = this.node.inputs[index];
    return name ? this.#sources.constant(name) : undefined;
  }

  /** The elements of an input that a shape depends on. Throws where they are only known at run time. */
  numbers(index: number): number[] {
    const name = this.node.inputs[index];
    const tensor = this.constant(index);
    if (!tensor) {
      throw new Error(
        name ? `"${name}" decides the shape, but is only known at run time` : `input ${index} is missing`,
      );
    }
    return numbersOf(tensor);
  }

  /** A list that is an attribute in old operator sets and an input in new ones; undefined where neither is given. */
  intsOf(attribute: string, index: number): number[] | undefined {
    const given = this.node.attributes[attribute];
    if (given?.kind === "ints") return given.value;
    return this.has(index) ? this.numbers(index) : undefined;
  }
}
