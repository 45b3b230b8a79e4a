/** Replaces operators that an execution provider lacks, just before the provider gets the graph. */
import { GraphBuilder } from "../onnx/build.ts";
import { floatTensor, intAttribute, type Model, type Node, stringAttribute } from "../onnx/model.ts";
import { ShapeTable } from "../onnx/shapes.ts";

/**
 * The model in a form that an execution provider can run, with the same results.
 *
 * WebGPU's `Resize` has no antialiasing. For a picture that shrinks, the filter becomes two matrix products, one per
 * axis; for one that grows, the filter has no effect and is dropped. Other providers get the model unchanged.
 */
export function adapted(model: Model, provider: string): Model {
  if (provider !== "webgpu" || !model.graph.nodes.some(isAntialiased)) return model;
  const shapes = new ShapeTable(model.graph);
  const g = GraphBuilder.extend(model);
  const nodes = g.graph.nodes.splice(0);
  for (const node of nodes) {
    if (isAntialiased(node)) replaceResize(g, node, shapes);
    else g.graph.nodes.push(node);
  }
  return g.build();
}

function isAntialiased(node: Node): boolean {
  return node.op === "Resize" && node.domain === "" && intAttribute(node, "antialias", 0) === 1;
}

/** Replaces an antialiased Resize. An unsupported kind of resize stays as it is, and the provider refuses it. */
function replaceResize(g: GraphBuilder, node: Node, shapes: ShapeTable): void {
  const [input, output] = [node.inputs[0]!, node.outputs[0]!];
  const from = shapes.shape(input), to = shapes.shape(output);
  const linear = stringAttribute(node, "mode", "nearest") === "linear" &&
    stringAttribute(node, "coordinate_transformation_mode", "half_pixel") === "half_pixel";
  const spatial = from.length === 4 && from[0] === to[0] && from[1] === to[1];
  if (!linear || !spatial) {
    g.graph.nodes.push(node);
    return;
  }
  const height = Math.min(from[2]!, to[2]!), width = Math.min(from[3]!, to[3]!);
  let x = input;
  if (height < from[2]!) x = g.matmul(g.floats(shrinkMatrix(from[2]!, height), [height, from[2]!]), x);
  if (width < from[3]!) {
    const across = floatTensor(shrinkMatrix(from[3]!, width), [width, from[3]!]);
    x = g.matmul(x, g.transpose(g.constant(across), [1, 0]));
  }
  const { antialias: _, ...attributes } = node.attributes;
  if (height === to[2] && width === to[3]) {
    g.graph.nodes.push({ ...node, op: "Identity", inputs: [x], attributes: {} });
  } else {
    g.graph.nodes.push({ ...node, inputs: [x, "", "", g.ints(...to)], attributes });
  }
}

/**
 * Row-major [to, from]: linear interpolation between pixel centres with its triangle as wide as two output pixels, so
 * that every input pixel counts (ONNX `Resize-18` with antialias). Beyond the border lie copies of the outermost pixel.
 */
function shrinkMatrix(from: number, to: number): Float32Array {
  const matrix = new Float32Array(to * from);
  const scale = to / from;
  for (let row = 0; row < to; row++) {
    const centre = (row + 0.5) / scale - 0.5;
    const taps: { at: number; weight: number }[] = [];
    for (let at = Math.ceil(centre - 1 / scale); at <= centre + 1 / scale; at++) {
      taps.push({ at, weight: 1 - Math.abs(at - centre) * scale });
    }
    const sum = taps.reduce((total, { weight }) => total + weight, 0);
    for (const { at, weight } of taps) {
      const inside = Math.min(Math.max(at, 0), from - 1);
      matrix[row * from + inside] = matrix[row * from + inside]! + weight / sum;
    }
  }
  return matrix;
}
