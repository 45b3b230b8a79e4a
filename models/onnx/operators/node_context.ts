import type { ElementType, Node, Tensor } from "../model.ts";
import { floatAttribute, intAttribute, intsAttribute, numbersOf, stringAttribute } from "../model.ts";
import { normalizeAxis } from "./axes.ts";

/** What is known of a value without running the graph. */
export interface TensorInfo {
  type: ElementType;
  dims: number[];
}

/** What is known of a graph's values. */
export interface KnownValues {
  /** Type and shape of a value; throws if they are unknown. */
  info(name: string): TensorInfo;
  /** The value's elements where they are known beforehand. */
  constant(name: string): Tensor | undefined;
}

/** One node as its operator's rules see it: its attributes, and what is known of its inputs. */
export class NodeContext {
  constructor(readonly node: Node, protected readonly known: KnownValues) {}

  /** Whether the optional input is given. */
  has(index: number): boolean {
    return Boolean(this.node.inputs[index]);
  }

  /** Type and shape of an input; throws if the node omits it. */
  info(index: number): TensorInfo {
    const name = this.node.inputs[index];
    if (!name) throw new Error(`input ${index} is missing`);
    return this.known.info(name);
  }

  /** Types and shapes of all inputs that are given. */
  infos(): TensorInfo[] {
    return this.node.inputs.filter((name) => name !== "").map((name) => this.known.info(name));
  }

  dims(index: number): number[] {
    return this.info(index).dims;
  }

  type(index: number): ElementType {
    return this.info(index).type;
  }

  /** An input's elements, undefined where it is left out or only known at run time. */
  constant(index: number): Tensor | undefined {
    const name = this.node.inputs[index];
    return name ? this.known.constant(name) : undefined;
  }

  /** The elements of an input that is known. */
  tensor(index: number): Tensor {
    const tensor = this.constant(index);
    if (!tensor) throw new Error(`input ${index} is not known`);
    return tensor;
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

  int(attribute: string, fallback: number): number {
    return intAttribute(this.node, attribute, fallback);
  }

  ints(attribute: string, fallback: number[]): number[] {
    return intsAttribute(this.node, attribute, fallback);
  }

  float(attribute: string, fallback: number): number {
    return floatAttribute(this.node, attribute, fallback);
  }

  string(attribute: string, fallback: string): string {
    return stringAttribute(this.node, attribute, fallback);
  }

  /** The attribute `axis`, counted from the front of a shape of `rank` dimensions, by default the first input's. */
  axis(fallback: number, rank = this.dims(0).length): number {
    return normalizeAxis(this.int("axis", fallback), rank);
  }

  /** A list that is an attribute in old operator sets and an input in new ones; undefined where neither is given. */
  intsOf(attribute: string, index: number): number[] | undefined {
    const given = this.node.attributes[attribute];
    if (given?.kind === "ints") return given.value;
    return this.has(index) ? this.numbers(index) : undefined;
  }
}
