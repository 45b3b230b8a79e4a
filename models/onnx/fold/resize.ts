import { intTensor, type Node, numbersOf, type Tensor } from "../model.ts";
import type { ShapeTable } from "../shapes.ts";

/**
 * A Resize by known scales whose product with a size is a hair below a whole number, written with sizes; any other node
 * as it is. onnxruntime's kernel rounds such a product up, but its shape inference rounds it down and then refuses the
 * graph. Networks from PyTorch that scale "to the size of another value" have such scales.
 *
 * @param addConstant stores the sizes and returns their name
 */
export function withExactSizes(node: Node, table: ShapeTable, addConstant: (tensor: Tensor) => string): Node {
  const scales = node.inputs[2];
  if (node.op !== "Resize" || node.domain !== "" || !scales || node.inputs[3]) return node;
  const tensor = table.constant(scales);
  const [x, y] = [node.inputs[0]!, node.outputs[0]!];
  if (!tensor || tensor.data.length === 0 || !table.has(x) || !table.has(y)) return node;
  const [from, to] = [table.shape(x), table.shape(y)];
  const factors = numbersOf(tensor);
  if (
    factors.length !== to.length ||
    to.every((size, axis) => Math.floor(from[axis]! * factors[axis]!) === size)
  ) {
    return node;
  }
  return { ...node, inputs: [x, node.inputs[1] ?? "", "", addConstant(intTensor(to))] };
}
