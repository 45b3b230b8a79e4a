import { elementCount, type Graph, intTensor, type Node, numbersOf, type Tensor } from "../onnx/model.ts";
import { freeName, namesIn } from "../onnx/names.ts";
import { ShapeTable } from "../onnx/shapes.ts";
import { type Picture, regrouped, scaledSize, type Scaling } from "./free_sizes/regroup.ts";
import { resampled } from "./free_sizes/resample.ts";

/** Joins values element by element, or side by side: a constant among them has to grow with the others. */
const joining = new Set(["Add", "Sub", "Mul", "Div", "Where", "Concat", "Max", "Min", "Sum"]);

/** Largest constant that is looked at: positions, masks, shapes; not the weights of a classifier. */
const largestConstant = 1 << 22;

/**
 * The graph with the sizes that its exporter wrote down as constants adapted to another input size: targets of Reshape,
 * Expand, Resize and Slice, windows of a pool over the whole picture, and constants with a value for every position. What
 * each number was at the declared size tells what it stands for. A size that this does not explain stays as it is.
 *
 * @param graph its input has the requested size, [1, channels, height, width]
 * @param declared the size that the file declares
 */
export function withFreeSizes(graph: Graph, declared: readonly number[]): Graph {
  const [input, ...others] = graph.inputs;
  const wanted = input?.dims as number[] | undefined;
  if (!input || others.length > 0 || wanted?.length !== 4 || declared.length !== 4) return graph;
  if (wanted.every((size, axis) => size === declared[axis])) return graph;
  const picture = (dims: readonly number[]): Picture => ({ height: dims[2]!, width: dims[3]! });
  const scaling = { from: picture(declared), to: picture(wanted) };
  const before = new ShapeTable({ ...graph, inputs: [{ ...input, dims: [...declared] }] }, {
    largestConstant,
  });
  const freed: Graph = { ...graph, nodes: [], initializers: new Map(graph.initializers) };
  const after = new ShapeTable(freed, { largestConstant });
  const taken = namesIn(graph);
  for (const node of graph.nodes) {
    freed.nodes.push(new SizedNode(node, before, after, scaling, freed.initializers, taken).freed());
  }
  return freed;
}

/** A node, and what is known of its values at both sizes. */
class SizedNode {
  constructor(
    readonly node: Node,
    readonly before: ShapeTable,
    readonly after: ShapeTable,
    readonly scaling: Scaling,
    readonly initializers: Map<string, Tensor>,
    readonly taken: Set<string>,
  ) {}

  freed(): Node {
    const { node, before, after } = this;
    const known = node.inputs.filter((name) => name !== "");
    if (node.domain !== "" || !known.every((name) => before.has(name) && after.has(name))) return node;
    if (!before.has(node.outputs[0] ?? "")) return node;
    if (joining.has(node.op)) return this.#withGrownConstants();
    if (!this.#hasGrown(0)) return node;
    switch (node.op) {
      case "Reshape":
        return this.#withTarget(1, regrouped(...this.#sizes(), this.scaling));
      case "Resize":
        return this.#withTarget(3, this.#grownTarget());
      case "Expand":
        return this.#withTarget(1, this.#grownTarget());
      case "Slice":
        return this.#withWholeEnds();
      case "AveragePool":
        return this.#isGlobalPool() ? { ...node, op: "GlobalAveragePool", attributes: {} } : node;
      default:
        return node;
    }
  }

  /** The first input's shape at the declared size, the output's, and the first input's now. */
  #sizes(): [number[], number[], number[]] {
    const { node, before, after } = this;
    return [before.shape(node.inputs[0]!), before.shape(node.outputs[0]!), after.shape(node.inputs[0]!)];
  }

  #hasGrown(index: number): boolean {
    const name = this.node.inputs[index]!;
    return `${this.before.shape(name)}` !== `${this.after.shape(name)}` || this.node.op === "Expand";
  }

  /** The elements of an input if they are the same at both sizes, as only written numbers are. */
  #written(index: number): number[] | undefined {
    const name = this.node.inputs[index];
    const [was, is] = [this.before, this.after].map((table) => name ? table.constant(name) : undefined);
    if (!was || !is || was.data.length === 0) return undefined;
    const [numbers, now] = [numbersOf(was), numbersOf(is)];
    return `${numbers}` === `${now}` ? numbers : undefined;
  }

  #withTarget(index: number, target: number[] | undefined): Node {
    return target && this.#written(index) ? this.#withInput(index, intTensor(target)) : this.node;
  }

  /** Every size that the input had, it has again; sizes of the last two axes otherwise follow the picture. */
  #grownTarget(): number[] {
    const [input, output, now] = this.#sizes();
    const { from, to } = this.scaling;
    const lead = output.length - input.length;
    return output.map((size, axis) => {
      if (axis >= lead && input[axis - lead] === size) return now[axis - lead]!;
      if (output.length < 4 || axis < output.length - 2 || size === 1) return size;
      const isRow = axis === output.length - 2;
      return isRow ? scaledSize(size, from.height, to.height) : scaledSize(size, from.width, to.width);
    });
  }

  /** A Slice that went up to the last element still does. */
  #withWholeEnds(): Node {
    const [input, , now] = this.#sizes();
    const ends = this.#written(2);
    const axes = this.node.inputs[3] ? this.#written(3) : ends?.map((_, axis) => axis);
    if (!ends || !axes) return this.node;
    const whole = ends.map((end, i) => {
      const axis = axes[i]! < 0 ? axes[i]! + input.length : axes[i]!;
      return end === input[axis] ? now[axis]! : end;
    });
    return whole.every((end, i) => end === ends[i]) ? this.node : this.#withInput(2, intTensor(whole));
  }

  #isGlobalPool(): boolean {
    const [input, output] = this.#sizes();
    const kernel = this.node.attributes["kernel_shape"];
    return kernel?.kind === "ints" && output.slice(2).every((size) => size === 1) &&
      kernel.value.every((size, axis) => size === input[axis + 2]);
  }

  /** Constants with a value for every position, resampled to the size that the other inputs have now. */
  #withGrownConstants(): Node {
    return this.node.inputs.reduce<Node>((node, name, index) => {
      const constant = this.before.constant(name);
      if (constant?.type !== "float32" || constant.data.length <= 1) return node;
      if (`${this.after.shape(name)}` !== `${constant.dims}`) return node;
      const target = this.#grownDims(constant.dims, index);
      const grown = target && resampled(constant, target, this.scaling);
      return grown ? this.#withInput(index, grown, node) : node;
    }, this.node);
  }

  /** The dims that a constant needs to fit an input that had its dims and has grown; undefined if it fits. */
  #grownDims(dims: number[], index: number): number[] | undefined {
    for (const [other, name] of this.node.inputs.entries()) {
      if (other === index || this.before.constant(name)) continue;
      const [was, is] = [this.before.shape(name), this.after.shape(name)];
      if (`${was}` === `${is}` || elementCount(was) <= 1) continue;
      const lead = was.length - dims.length;
      if (lead < 0) continue;
      const grown = dims.map((size, axis) => size > 1 && was[axis + lead] === size ? is[axis + lead]! : size);
      if (`${grown}` !== `${dims}`) return grown;
    }
    return undefined;
  }

  #withInput(index: number, tensor: Tensor, node = this.node): Node {
    const name = freeName(`${node.outputs[0]}/sizes_${index}`, this.taken);
    this.initializers.set(name, tensor);
    return { ...node, inputs: node.inputs.with(index, name) };
  }
}
