import type { Engine, Session } from "../../models/engine/engine.ts";
import type { Picture } from "../../models/flow/flow.ts";
import { prepare } from "../../models/gradient/prepare.ts";
import type { Network } from "../../models/networks/network.ts";
import { GraphBuilder } from "../../models/onnx/build.ts";
import { inline } from "../../models/onnx/inline.ts";
import type { Model } from "../../models/onnx/model.ts";
import { preprocess } from "../dreamer/step_graph.ts";
import { mean, type Size } from "../graphs/picture.ts";

/** Measures how strongly a network's layers respond to a picture: what a dream makes grow. */
export class StrengthMeter {
  readonly #session: Session;

  private constructor(session: Session) {
    this.#session = session;
  }

  /** Creates a meter for pictures of one size. */
  static async create(
    engine: Engine,
    network: Network,
    layers: string[],
    size: Size,
  ): Promise<StrengthMeter> {
    return new StrengthMeter(await engine.load(strengthGraph(network, layers, size)));
  }

  /** Mean activation of each layer. */
  async measure({ width, height, pixels }: Picture): Promise<number[]> {
    const { strength } = await this.#session.run<"strength">({
      picture: { type: "float32", dims: [1, 3, height, width], data: pixels },
    });
    return Array.from((await strength.take()).data as Float32Array);
  }
}

/** `picture` float32 [1, 3, h, w] in [0, 1] -> `strength` [layers], the mean activation of each. */
export function strengthGraph(network: Network, names: string[], size: Size): Model {
  const dims = [1, 3, size.height, size.width];
  const { model, layers } = prepare(network.model, { layers: names, inputShape: dims });
  const g = new GraphBuilder({ name: "dream strength", opset: model.opset });
  const picture = g.input("picture", "float32", dims);
  const input = preprocess(g, picture, network.preprocessing);
  const values = inline(g, model, { [model.graph.inputs[0]!.name]: input });
  const means = layers.map((layer) => g.reshape(mean(g, values[layer]!), [1]));
  g.output("strength", g.concat(means, 0), "float32", [means.length]);
  return g.build();
}
