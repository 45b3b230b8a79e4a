import assert from "node:assert/strict";
import { type AttributeInput, float, GraphBuilder } from "../../../models/onnx/build.ts";
import { upgrade } from "../../../models/onnx/upgrade.ts";
import { Random } from "../../reference/random.ts";
import { randomTensor, runTensors } from "./shapes_check.ts";
import { difference } from "./upgrade_check.ts";

const floats = (...values: number[]) => ({ kind: "floats" as const, value: values });

/** Calls of fused operators: the shapes of their inputs (none for one that is left out) and their attributes. */
const calls: [op: string, inputs: (number[] | undefined)[], attributes?: Record<string, AttributeInput>][] = [
  ["FusedConv", [[1, 3, 5, 6], [4, 3, 3, 3], [4]], { activation: "Relu", pads: [1, 1, 1, 1] }],
  ["FusedConv", [[1, 3, 5, 6], [4, 3, 3, 3], [4], [1, 4, 3, 4]], { activation: "Relu" }],
  ["FusedConv", [[1, 3, 5, 6], [4, 3, 1, 1]], { activation: "LeakyRelu", activation_params: floats(0.2) }],
  ["FusedConv", [[1, 3, 5, 6], [4, 3, 1, 1]], { activation: "Clip", activation_params: floats(-1, 1) }],
  ["FusedGemm", [[2, 3], [4, 3], [4]], { activation: "Tanh", transB: 1 }],
  ["FusedMatMul", [[2, 3, 4], [2, 5, 4]], { transB: 1, alpha: float(0.5) }],
  ["FusedMatMul", [[2, 4, 3], [2, 4, 5]], { transA: 1 }],
  ["Gelu", [[2, 5]]],
  ["BiasGelu", [[2, 5], [5]]],
  ["FastGelu", [[2, 5]]],
  ["FastGelu", [[2, 5], [5]]],
  ["QuickGelu", [[2, 5]], { alpha: float(1.5) }],
  ["SkipLayerNormalization", [[1, 3, 4], [1, 3, 4], [4], [4], [4]], { epsilon: float(1e-3) }],
  ["SkipLayerNormalization", [[1, 3, 4], [1, 3, 4], [4]]],
  ["SkipSimplifiedLayerNormalization", [[1, 3, 4], [1, 3, 4], [4]]],
  ["Attention", [[1, 3, 8], [8, 24], [24]], { num_heads: 2 }],
  ["MultiHeadAttention", [[1, 3, 8], [1, 5, 8], [1, 5, 8], [24]], { num_heads: 2 }],
];

for (const [op, shapes, attributes = {}] of calls) {
  Deno.test(`${op} of ${JSON.stringify(shapes)} is written with standard operators of the same result`, async () => {
    const random = new Random(2);
    const g = new GraphBuilder();
    const tensors = shapes.map((dims) => dims && randomTensor(random, dims, "float32", -1, 1));
    const names = tensors.map((tensor, i) => tensor ? g.input(`x${i}`, "float32", tensor.dims) : "");
    g.op(op, names, attributes, "y");
    g.graph.nodes[0]!.domain = "com.microsoft";
    g.graph.outputs.push({ name: "y", type: "float32" });
    const feeds = Object.fromEntries(
      tensors.flatMap((tensor, i) => tensor ? [[`x${i}`, tensor] as const] : []),
    );
    const upgraded = upgrade(g.build());
    assert.ok(upgraded.graph.nodes.every(({ domain }) => domain === ""));
    const [expected, actual] = [await runTensors(g.build(), feeds), await runTensors(upgraded, feeds)];
    assert.equal(difference(actual["y"], expected["y"]!), undefined);
  });
}
