/** What a network takes a picture for: the likeliest of its classes. */
import type { Engine, Session, Value } from "../../models/engine/engine.ts";
import { invalidParameter } from "../../models/errors.ts";
import { line } from "../../models/line.ts";
import { declaredSize, prepare, type PreparedModel, runsAt } from "../../models/gradient/prepare.ts";
import type { Network } from "../../models/networks/network.ts";
import { GraphBuilder } from "../../models/onnx/build.ts";
import { inline } from "../../models/onnx/inline.ts";
import { elementCount, type Model } from "../../models/onnx/model.ts";
import { resize, type Size } from "../graphs/picture.ts";
import { preprocess } from "./step_graph.ts";

/** Sides at which networks were trained, tried after the picture's own size. */
const usualSides = [224, 227, 299];

/** Classes of a picture, the likeliest first. */
export class Classifier {
  readonly #session: Session;
  readonly #count: number;

  private constructor(session: Session, count: number) {
    this.#session = session;
    this.#count = count;
  }

  /**
   * Prepares for pictures of the working size.
   *
   * @param count number of classes to name
   * @param seen the size at which the network should see them, if it can
   * @throws {ReverieError} if the network's last output is not a list of classes
   */
  static async create(
    engine: Engine,
    network: Network,
    working: Size,
    count: number,
    seen: Size = working,
  ): Promise<Classifier> {
    return new Classifier(await engine.load(classGraph(network, working, seen)), count);
  }

  /** The numbers of the likeliest classes of a picture float32 [1, 3, h, w] in [0, 1]. */
  async classesOf(picture: Value): Promise<number[]> {
    const { scores } = await this.#session.run<"scores">({ picture });
    const data = (await scores.take()).data as Float32Array;
    const order = Array.from(data.keys()).sort((a, b) => data[b]! - data[a]! || a - b);
    return order.slice(0, this.#count);
  }
}

/** `picture` float32 [1, 3, h, w] in [0, 1] -> `scores` [classes], the network's last output. */
export function classGraph(network: Network, working: Size, seen: Size): Model {
  const { size, prepared } = classifying(network, seen);
  const g = new GraphBuilder({ name: "classes", opset: prepared.model.opset, outputs: ["scores"] });
  const picture = g.input("picture", "float32", [1, 3, working.height, working.width]);
  const isWhole = size.height === working.height && size.width === working.width;
  const shown = preprocess(g, isWhole ? picture : resize(g, picture, 3, size), network.preprocessing);
  const values = inline(g, prepared.model, { [prepared.model.graph.inputs[0]!.name]: shown });
  const classes = elementCount(scoreDims(prepared));
  g.output("scores", g.reshape(values[prepared.layers[0]!]!, [classes]), "float32", [classes]);
  return g.build();
}

function classifying(network: Network, seen: Size): { size: Size; prepared: PreparedModel } {
  const { model, name } = network;
  const layers = [model.graph.outputs.at(-1)!.name];
  const declared = declaredSize(model.graph);
  const sizes = [
    seen,
    ...declared ? [declared] : [],
    ...usualSides.map((side) => ({ height: side, width: side })),
  ];
  for (const size of sizes) {
    const options = { layers, inputShape: [1, 3, size.height, size.width] };
    if (!runsAt(model, options)) continue;
    const prepared = prepare(model, options);
    if (isList(scoreDims(prepared)) && !growsWith(model, layers, size)) return { size, prepared };
  }
  throw invalidParameter(
    "classify",
    line`${{ field: "classify" }} needs a network that ends in a list of classes; ${{ path: name }} does not`,
  );
}

function isList([, classes = 0, ...rest]: number[]): boolean {
  return classes > 1 && rest.every((side) => side === 1);
}

/** Whether the output has height and width that a small picture merely shrinks to one place. */
function growsWith(model: Model, layers: string[], { height, width }: Size): boolean {
  const options = { layers, inputShape: [1, 3, 4 * height, 4 * width] };
  return runsAt(model, options) && !isList(scoreDims(prepare(model, options)));
}

function scoreDims({ model: { graph }, layers }: PreparedModel): number[] {
  return graph.outputs.find(({ name }) => name === layers[0])!.dims!.map(Number);
}
