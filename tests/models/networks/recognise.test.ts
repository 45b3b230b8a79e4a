import assert from "node:assert/strict";
import { ReverieError } from "../../../models/errors.ts";
import { caffePreprocessing } from "../../../models/networks/googlenet.ts";
import { openNetwork } from "../../../models/networks/open.ts";
import { readNetwork, recogniseModel } from "../../../models/networks/recognise.ts";
import { GraphBuilder } from "../../../models/onnx/build.ts";
import { floatTensor, type Model, type Node } from "../../../models/onnx/model.ts";
import { writeModel } from "../../../models/onnx/write.ts";
import { sharedFile } from "../../shared_data.ts";
import { dictionary, floats, tensor, torchZip } from "./checkpoint/write.ts";
import {
  caffemodel,
  googLeNetFile,
  sharedGoogLeNet,
  torchCheckpoint,
  zooModel,
} from "./googlenet_fixture.ts";
import { testWith } from "../../needs.ts";
import { commandLine } from "../../../pipeline/command_line/spelling.ts";

/** Calls with the path of a file of these bytes, whose name does not reveal the format. */
async function withFile(bytes: Uint8Array, call: (path: string) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempFile({ suffix: ".bin" });
  try {
    await Deno.writeFile(path, bytes);
    await call(path);
  } finally {
    await Deno.remove(path);
  }
}

testWith(
  googLeNetFile,
  "GoogLeNet is recognised in every form, and is the same network with the same weights in all",
  async () => {
    const shared = await sharedGoogLeNet();
    const expected = writeModel(recogniseModel(shared)!.model);
    const forms = {
      "onnx as shared": writeModel(shared),
      "onnx as in the model zoo": writeModel(zooModel(shared)),
      "onnx as built here": expected,
      "pth": torchCheckpoint(shared),
      "pth of a wrapped module": torchCheckpoint(shared, "module."),
      "caffemodel of today": caffemodel(shared, "today"),
      "caffemodel of 2014": caffemodel(shared, "2014"),
    };
    for (const [form, bytes] of Object.entries(forms)) {
      const { known } = readNetwork(bytes, form);
      assert.deepEqual([known?.kind, known?.published], ["googlenet", true], form);
      assert.deepEqual(writeModel(known!.model), expected, form);
    }
  },
);

testWith(
  googLeNetFile,
  "a recognised file is dreamed with as the catalog's network is, unless flags say otherwise",
  async () => {
    const shared = await sharedGoogLeNet();
    await withFile(torchCheckpoint(shared), async (path) => {
      const network = await openNetwork({ model: path });
      assert.deepEqual([network.name, network.kind], [path, "googlenet"]);
      assert.deepEqual(network.defaultLayers, ["inception_4c/output"]);
      assert.deepEqual(network.preprocessing, caffePreprocessing);
      assert.deepEqual(network.model.graph.inputs[0]!.dims, [1, 3, "height", "width"]);
      const { preprocessing } = await openNetwork({
        model: path,
        channelOrder: "rgb",
        mean: [105, 114, 116],
      });
      assert.deepEqual(preprocessing, {
        mean: [105 / 255, 114 / 255, 116 / 255],
        scale: [255, 255, 255],
        channelOrder: "rgb",
      });
    });
  },
);

/** A copy with each node modified. */
function changed(model: Model, change: (node: Node) => Node | Node[]): Model {
  return { ...model, graph: { ...model.graph, nodes: model.graph.nodes.flatMap(change) } };
}

testWith(
  googLeNetFile,
  "GoogLeNet is recognised with padding, constants and a decomposed LRN of PyTorch's, and without its head",
  async () => {
    const shared = await sharedGoogLeNet();
    const expected = recogniseModel(shared)!;
    const inner = (node: Node, op: string, inputs: string[], output: string): Node => ({
      ...{ name: "", op, domain: "", inputs, outputs: [output], attributes: {} },
      ...op === "AveragePool" && { attributes: node.attributes },
    });
    const torch = changed(shared, (node) => {
      const [x = ""] = node.inputs, [y = ""] = node.outputs;
      if (node.op === "MaxPool") {
        return [inner(node, "Pad", [x], `${y}.pad`), { ...node, inputs: [`${y}.pad`] }];
      }
      if (node.op !== "LRN") return node;
      return [
        inner(node, "Mul", [x, x], `${y}.square`),
        inner(node, "AveragePool", [`${y}.square`], `${y}.mean`),
        inner(node, "Pow", [`${y}.mean`], `${y}.power`),
        inner(node, "Div", [x, `${y}.power`], y),
      ];
    });
    const name = "inception_4a/1x1_filter";
    torch.graph.initializers = new Map(torch.graph.initializers);
    const value = torch.graph.initializers.get(name)!;
    torch.graph.initializers.delete(name);
    torch.graph.nodes.unshift({
      ...{ name: "", op: "Constant", domain: "", inputs: [], outputs: [name] },
      attributes: { value: { kind: "tensor", value } },
    });
    assert.deepEqual(writeModel(recogniseModel(torch)!.model), writeModel(expected.model));

    const headless = structuredClone(shared);
    headless.graph.nodes.splice(-3);
    const { model, published } = recogniseModel(headless)!;
    assert.ok(published);
    assert.deepEqual(model.graph.outputs.map(({ name }) => name), ["pool5/7x7_s1"]);
  },
);

testWith(googLeNetFile, "the head is found as a MatMul and an Add, too", async () => {
  const shared = await sharedGoogLeNet();
  const data = shared.graph.initializers.get("loss3/classifier_filter")!.data as Float32Array;
  const turned = floatTensor(data.map((_, i) => data[i % 1000 * 1024 + Math.floor(i / 1000)]!), [1024, 1000]);
  const split = changed(shared, (node) =>
    node.op !== "Gemm" ? node : [
      { ...node, op: "MatMul", inputs: ["flat", "turned"], outputs: ["product"], attributes: {} },
      { ...node, op: "Add", inputs: ["product", node.inputs[2]!], attributes: {} },
    ]);
  split.graph.initializers = new Map(split.graph.initializers).set("turned", turned);
  assert.deepEqual(writeModel(recogniseModel(split)!.model), writeModel(recogniseModel(shared)!.model));
});

testWith(googLeNetFile, "half-precision weights are recognised", async () => {
  const shared = await sharedGoogLeNet();
  const half = structuredClone(shared);
  for (const [name, { dims, data }] of half.graph.initializers) {
    const bits = new Uint16Array(new Float16Array(data as Float32Array).buffer);
    half.graph.initializers.set(name, { type: "float16", dims, data: bits });
  }
  assert.deepEqual([recogniseModel(half)?.kind, recogniseModel(half)?.published], ["googlenet", true]);
});

testWith(
  googLeNetFile,
  "a GoogLeNet of another training has the kind, but not the catalog's weights",
  async () => {
    const shared = await sharedGoogLeNet();
    const trained = structuredClone(shared);
    (trained.graph.initializers.get("inception_5b/1x1_bias")!.data as Float32Array)[0]! += 0.1;
    const known = recogniseModel(trained);
    assert.deepEqual([known?.kind, known?.published], ["googlenet", false]);
  },
);

testWith(
  googLeNetFile,
  "what is put together in another way, or prepares its picture itself, is not taken for GoogLeNet",
  async () => {
    const shared = await sharedGoogLeNet();
    const turned = changed(
      shared,
      (node) =>
        node.outputs[0] === "inception_4b/output" ? { ...node, inputs: node.inputs.toReversed() } : node,
    );
    assert.equal(recogniseModel(turned), undefined);
    const normalised = changed(shared, (node) => {
      if (node.outputs[0] !== "conv1/7x7_s2") return node;
      const scale: Node = {
        ...node,
        op: "Mul",
        inputs: ["data", "scale"],
        outputs: ["scaled"],
        attributes: {},
      };
      return [scale, { ...node, inputs: ["scaled", ...node.inputs.slice(1)] }];
    });
    normalised.graph.initializers = new Map(normalised.graph.initializers).set(
      "scale",
      floatTensor([255], []),
    );
    assert.equal(recogniseModel(normalised), undefined);
  },
);

const squeezeNet = sharedFile("weights/squeezenet1_1.onnx");

testWith(squeezeNet, "SqueezeNet is not taken for a known network", async () => {
  assert.equal(readNetwork(await Deno.readFile(squeezeNet.path), "squeezenet").known, undefined);
});

Deno.test("weights of a network that is not known are refused in one line that says how to go on", async () => {
  const other = torchZip(dictionary({ "features.0.weight": tensor({ dims: [4] }) }), {
    0: floats(1, 2, 3, 4),
  });
  await withFile(other, async (path) => {
    await assert.rejects(openNetwork({ model: path }), (error) => {
      assert.ok(error instanceof ReverieError && !error.message.includes("\n"));
      assert.match(
        error.told(commandLine),
        /^--model \S+ is a PyTorch checkpoint of a network that is not known: .*ONNX/,
      );
      return true;
    });
  });
  const g = new GraphBuilder();
  g.output("y", g.relu(g.input("x", "float32", [1, 3, "h", "w"])), "float32");
  assert.equal(readNetwork(writeModel(g.build()), "small").known, undefined);
});
