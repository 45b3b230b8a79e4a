import assert from "node:assert/strict";
import { onnx } from "../../../models/onnx/proto.ts";
import { readModel } from "../../../models/onnx/read.ts";
import { runTensors } from "./shapes_check.ts";
import { floatTensor } from "../../../models/onnx/model.ts";

const call = (opType: string, input: string[], output: string[], more = {}) => ({
  opType,
  input,
  output,
  ...more,
});
const value = (name: string) => ({
  name,
  type: { tensorType: { elemType: 1, shape: { dim: [{ dimValue: 3 }] } } },
});

Deno.test("functions that a file defines are read as their nodes, also one inside another", async () => {
  const slope = { name: "alpha", type: 1, refAttrName: "slope" };
  const functions = [
    {
      domain: "own",
      name: "Leaky",
      input: ["a"],
      output: ["b"],
      attribute: ["slope"],
      node: [
        call("Neg", ["a"], ["inner"]),
        call("LeakyRelu", ["inner"], ["b"], { attribute: [slope] }),
      ],
    },
    {
      domain: "own",
      name: "Twice",
      input: ["a"],
      output: ["b"],
      node: [
        call("Leaky", ["a"], ["inner"], { domain: "own", attribute: [{ name: "slope", type: 1, f: 0.5 }] }),
        call("Leaky", ["inner"], ["b"], { domain: "own", attribute: [{ name: "slope", type: 1, f: 0.25 }] }),
      ],
    },
  ];
  const bytes = onnx.ModelProto.encode(onnx.ModelProto.fromObject({
    irVersion: 8,
    opsetImport: [{ domain: "", version: 17 }, { domain: "own", version: 1 }],
    graph: {
      name: "g",
      input: [value("x")],
      output: [value("y")],
      node: [
        call("Twice", ["x"], ["y"], { domain: "own", name: "block" }),
      ],
    },
    functions,
  })).finish();
  const model = readModel(bytes);
  assert.deepEqual(model.graph.nodes.map(({ op, domain }) => domain + op), [
    "Neg",
    "LeakyRelu",
    "Neg",
    "LeakyRelu",
  ]);
  assert.equal(new Set(model.graph.nodes.flatMap(({ outputs }) => outputs)).size, 4);
  const { y } = await runTensors(model, { x: floatTensor([1, -2, 4]) });
  // x = 1: -1, -0.5 with slope 0.5; then 0.5. x = -2: 2; then -2, -0.5 with slope 0.25.
  assert.deepEqual([...y!.data], [0.5, -0.5, 2]);
});
