import { GraphBuilder } from "../onnx/build.ts";
import { inline } from "../onnx/inline.ts";
import type { Model } from "../onnx/model.ts";
import type { GradientForms } from "../onnx/operators/gradient_context.ts";
import { differentiate } from "./differentiate.ts";
import { prepare, type PrepareOptions } from "./prepare.ts";

export { reachableLayers } from "./layers.ts";

/** Options of {@link gradientModel}. */
export interface GradientOptions extends PrepareOptions, GradientForms {
  /** Builds the scalar to maximise from the layers' activations. Default: {@link meanSquares}. */
  loss?: (g: GraphBuilder, activations: string[]) => string;
}

/** The sum over the layers of the mean of the squared activations, DeepDream's own objective. */
export function meanSquares(g: GraphBuilder, activations: string[]): string {
  const means = activations.map((activation) => g.reduceMean(g.mul(activation, activation), undefined, 0));
  return means.reduce((sum, mean) => g.add(sum, mean));
}

/**
 * Makes a gradient model from any ONNX network and one or more of its layers. It has the network's input, and returns
 * `loss` (a scalar) and `gradient` (the gradient of the loss with respect to the input, of its shape). It is an
 * ordinary ONNX model that every execution provider can run.
 *
 * @throws {ReverieError} if a layer does not exist, cannot be differentiated, or cannot run at this size
 */
export function gradientModel(model: Model, options: GradientOptions): Model {
  const prepared = prepare(model, options);
  const { graph, opset, metadata } = prepared.model;
  const g = new GraphBuilder({ name: graph.name, opset, outputs: ["loss", "gradient"] });
  const input = g.input(graph.inputs[0]!.name, "float32", options.inputShape);
  const values = inline(g, prepared.model, { [input]: input });
  const loss = (options.loss ?? meanSquares)(g, prepared.layers.map((layer) => values[layer]!));
  const [gradient] = differentiate(g, loss, [input], options);
  g.output("loss", loss, "float32", []);
  g.output("gradient", gradient!, "float32", options.inputShape);
  return { ...g.build(), metadata };
}
