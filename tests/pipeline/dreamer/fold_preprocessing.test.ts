import assert from "node:assert/strict";
import { Engine, type HostTensor } from "../../../models/engine/engine.ts";
import type { Network, Preprocessing } from "../../../models/networks/network.ts";
import { GraphBuilder } from "../../../models/onnx/build.ts";
import { floatTensor } from "../../../models/onnx/model.ts";
import { gradientForms } from "../../../pipeline/dreamer/dreamer.ts";
import { dreamGradientGraph } from "../../../pipeline/dreamer/step_graph.ts";
import { Random } from "../../../pipeline/graphs/random.ts";
import { drawn, largestDifference, pattern } from "../picture_values.ts";

const size = { height: 20, width: 24 };

/** A padded convolution; if another node reads the input first, nothing can be folded into it. */
function network(preprocessing: Preprocessing, isFoldable: boolean): Network {
  const g = new GraphBuilder();
  const x = g.input("x", "float32", [1, 3, "h", "w"]);
  const random = new Random(3);
  const data = Float32Array.from({ length: 4 * 3 * 9 }, () => random.below(201) / 100 - 1);
  const weight = g.constant(floatTensor(data, [4, 3, 3, 3]), "weight");
  const read = isFoldable ? x : g.neg(g.neg(x));
  const y = g.conv(read, weight, "", { kernel_shape: [3, 3], pads: [1, 1, 1, 1] });
  g.output("y", g.op("Relu", [y], {}, "layer"), "float32");
  return { name: "tiny", kind: "other", model: g.build(), preprocessing, defaultLayers: [], minimumSize: 1 };
}

async function gradientOf(network: Network): Promise<{ gradient: HostTensor; nodes: string[] }> {
  const forms = gradientForms("cpu");
  const options = { layers: ["layer"], loss: "l2" as const, colour: 1, tvWeight: 0, forms };
  const model = dreamGradientGraph(network, size, options);
  using engine = await Engine.start({ providers: ["cpu"] });
  const session = await engine.load(model);
  const { gradient } = await session.run({ picture: drawn(3, size, pattern) });
  return { gradient: await gradient!.take(), nodes: model.graph.nodes.map(({ op }) => op) };
}

for (const channelOrder of ["rgb", "bgr"] as const) {
  Deno.test(`the gradient is the same with the scale and ${channelOrder} in the weights`, async () => {
    const preprocessing: Preprocessing = { mean: [0.4, 0.5, 0.6], scale: [2, 3, 255], channelOrder };
    const folded = await gradientOf(network(preprocessing, true));
    const written = await gradientOf(network(preprocessing, false));
    assert.ok(!folded.nodes.includes("Gather"));
    const largest = Math.max(...(written.gradient.data as Float32Array).map(Math.abs));
    assert.ok(largestDifference(folded.gradient, written.gradient) < 1e-5 * largest);
  });
}
