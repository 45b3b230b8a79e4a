import { type Attribute, elementCount, floatTensor, intTensor, type Node, type Tensor } from "../model.ts";
import { typeOfCode } from "./cast.ts";
import type { NodeContext, TensorInfo } from "./node_context.ts";
import { named, type Operator, type Operators, type ShapeRule } from "./operator.ts";
import { broadcastTo } from "./strided.ts";
import { tensorOf } from "./tensor_of.ts";

/** The tensor that a Constant node holds in whichever of its attributes. Throws on strings and sparse tensors. */
function constantOf(node: Node): Tensor {
  const readers: Record<string, (attribute: Attribute) => Tensor | undefined> = {
    value: (a) => a.kind === "tensor" ? a.value : undefined,
    value_float: (a) => a.kind === "float" ? floatTensor([a.value], []) : undefined,
    value_floats: (a) => a.kind === "floats" ? floatTensor(a.value) : undefined,
    value_int: (a) => a.kind === "int" ? intTensor([a.value], []) : undefined,
    value_ints: (a) => a.kind === "ints" ? intTensor(a.value) : undefined,
  };
  for (const [name, attribute] of Object.entries(node.attributes)) {
    const tensor = readers[name]?.(attribute);
    if (tensor) return tensor;
  }
  throw new Error("only dense constants of numbers are supported");
}

/** The element that fills a ConstantOfShape, as a scalar. */
function fillOf(c: NodeContext): Tensor {
  const attribute = c.node.attributes.value;
  return { ...(attribute?.kind === "tensor" ? attribute.value : floatTensor([0])), dims: [] };
}

const range: Operator = {
  shape: (c) => {
    const [start, limit, delta] = [0, 1, 2].map((index) => c.numbers(index)[0]!) as [number, number, number];
    return [{ type: c.type(0), dims: [Math.max(0, Math.ceil((limit - start) / delta))] }];
  },
  evaluate: (c, [output]) => {
    const [start, delta] = [c.numbers(0)[0]!, c.numbers(2)[0]!];
    const values = Array.from({ length: output!.dims[0]! }, (_, i) => start + i * delta);
    return [tensorOf(output!.type, output!.dims, values)];
  },
};

function namedType(c: NodeContext): TensorInfo["type"] | undefined {
  const code = c.int("dtype", 0);
  return code === 0 ? undefined : typeOfCode(code);
}

/** Same shape as the input, and its type where the attribute dtype names no other. */
const like: ShapeRule = (c) => [{ type: namedType(c) ?? c.type(0), dims: c.dims(0) }];

const random: ShapeRule = (c) => {
  const dims = c.node.attributes.shape;
  if (dims?.kind !== "ints" || elementCount(dims.value) < 0) throw new Error("it names no shape");
  return [{ type: namedType(c) ?? "float32", dims: dims.value }];
};

/** What makes values out of nothing. */
export const constants: Operators = {
  Constant: {
    shape: ({ node }) => {
      const { type, dims } = constantOf(node);
      return [{ type, dims }];
    },
    evaluate: ({ node }) => [constantOf(node)],
    reads: "bits",
  },
  ConstantOfShape: {
    shape: (c) => [{ type: fillOf(c).type, dims: c.numbers(0) }],
    evaluate: (c, [output]) => [broadcastTo(fillOf(c), output!.dims)],
    reads: "bits",
  },
  Range: range,
  ...named("EyeLike RandomNormalLike RandomUniformLike Bernoulli", { shape: like, gradient: "severed" }),
  ...named("RandomNormal RandomUniform", { shape: random }),
};
