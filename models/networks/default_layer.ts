import { invalidParameter, ReverieError } from "../errors.ts";
import { inFloats } from "../gradient/cut.ts";
import { layersWithRules, networkInputs } from "../gradient/layers.ts";
import { declaredSize, prepare } from "../gradient/prepare.ts";
import { line } from "../line.ts";
import { foldConstants } from "../onnx/fold.ts";
import type { Graph, Model, Node } from "../onnx/model.ts";
import { ShapeTable } from "../onnx/shapes.ts";
import { upgrade } from "../onnx/upgrade.ts";

/** Ratio between the picture's size and that of a good dream layer's activations. */
const dreamStride = 12;

/** Operators that make features. What others return is moved, cut or scaled, or a decision. */
const featureOperators = new Set([
  ...[
    "Conv",
    "ConvTranspose",
    "Add",
    "Sum",
    "Mul",
    "Concat",
    "Max",
    "MaxPool",
    "AveragePool",
    "Gemm",
    "MatMul",
  ],
  ...[
    "Relu",
    "LeakyRelu",
    "PRelu",
    "Clip",
    "Elu",
    "Selu",
    "Celu",
    "Gelu",
    "Mish",
    "HardSwish",
    "Softplus",
    "Tanh",
  ],
  ...["Sigmoid", "BatchNormalization", "InstanceNormalization", "LayerNormalization", "LRN", "MaxUnpool"],
]);

interface Candidate {
  name: string;
  node: Node;
  dims: number[];
}

/**
 * A default layer for an untuned network: the last whose activations are not much smaller than a twelfth of the picture.
 * Such layers respond to parts of objects rather than to edges or whole scenes. A network without maps of features, as a
 * vision transformer, dreams with a block at two thirds of its height. The network's results are no layers of its own.
 *
 * @throws {ReverieError} if no layer can dream; the message names the file
 */
export function defaultLayer(network: Model, path: string): string {
  const model = upgrade(network, { unsupported: "keep" });
  const size = declaredSize(model.graph) ?? { height: 224, width: 224 };
  const inputShape = [1, 3, size.height, size.width];
  let refusal: unknown;
  for (const { name } of ranked(candidates(model, inputShape), size)) {
    try {
      prepare(network, { layers: [name], inputShape });
      return name;
    } catch (error) {
      if (!(error instanceof ReverieError)) throw error;
      refusal ??= error;
    }
  }
  const reason = refusal instanceof ReverieError ? line` (${refusal.wrong})` : "";
  throw invalidParameter(
    "model",
    line`${{ field: "model" }} ${{ path }}: no layer of it can dream${reason}`,
    {
      advice: [line`${{ remedy: "show", network: path }}`],
      cause: refusal,
    },
  );
}

/** Values that a gradient reaches, with their shapes, from the input upwards. */
function candidates(model: Model, inputShape: number[]): Candidate[] {
  const { graph } = model;
  const [input] = networkInputs(graph);
  const inputs = graph.inputs.map((each) => each.name === input ? { ...each, dims: inputShape } : each);
  const values = graph.nodes.flatMap(({ outputs }) => outputs).filter((name) => name !== "");
  const outputs = values.map((name) => ({ name, type: "float32" as const }));
  // Folding removes each If whose condition is known.
  const { graph: folded } = inFloats(foldConstants({ ...model, graph: { ...graph, inputs, outputs } }, {
    largestConstant: 4096,
  }));
  const results = resultsOf(graph);
  const known = new ShapeTable(folded);
  const own = new Set(values);
  return layersWithRules(folded, networkInputs(folded)).flatMap(({ value: name, node }) => {
    if (!own.has(name) || results.has(name) || !featureOperators.has(node.op) || !known.has(name)) return [];
    const { type, dims } = known.info(name);
    return type === "float32" ? [{ name, node, dims }] : [];
  });
}

/** Operators that only write a result in another form. */
const finishing = new Set([
  "Identity",
  "Cast",
  "Softmax",
  "Sigmoid",
  "Transpose",
  "Reshape",
  "Squeeze",
  "Flatten",
]);

/** What the network says of the picture, not how it sees it; nothing if there are no other features. */
function resultsOf({ outputs, nodes }: Graph): ReadonlySet<string> {
  const results = new Set(outputs.map(({ name }) => name));
  for (const node of nodes.toReversed()) {
    if (finishing.has(node.op) && node.outputs.some((name) => results.has(name))) {
      results.add(node.inputs[0]!);
    }
  }
  const isFeature = (node: Node) =>
    featureOperators.has(node.op) && !node.outputs.some((name) => results.has(name));
  return nodes.some(isFeature) ? results : new Set();
}

/** The candidates, the best first. */
function ranked(all: Candidate[], { height }: { height: number }): Candidate[] {
  const maps = all.filter(({ dims }) => dims.length === 4 && dims[1]! > 3);
  const large = maps.filter(({ dims }) => dims[2]! >= height / dreamStride).toReversed();
  const tokens = all.filter(({ node, dims }) => node.op === "Add" && dims.length === 3 && dims[1]! > 1);
  const middle = Math.floor(tokens.length * 2 / 3);
  const blocks = [...tokens.slice(0, middle + 1).toReversed(), ...tokens.slice(middle + 1)];
  return tokens.length > maps.length ? [...blocks, ...large] : [...large, ...maps.toReversed(), ...blocks];
}
