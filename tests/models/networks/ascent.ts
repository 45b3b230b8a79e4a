import { gradientModel } from "../../../models/gradient/gradient.ts";
import type { Network } from "../../../models/networks/network.ts";
import { type NdArray, ndArray } from "../../reference/nd_array.ts";
import { runModel } from "../../reference/check_gradient.ts";

/** Loss and gradient of a network's default layers at a preprocessed picture [1, 3, height, width]. */
export async function lossAndGradient(
  { model, defaultLayers: layers }: Network,
  picture: NdArray,
): Promise<{ loss: number; gradient: Float64Array }> {
  const differentiated = gradientModel(model, { layers, inputShape: picture.dims });
  const values = await runModel(differentiated, { [model.graph.inputs[0]!.name]: picture });
  return { loss: values.get("loss")!.data[0]!, gradient: values.get("gradient")!.data };
}

/**
 * The loss before each step of a dream along the gradient, each of which moves an element by 0.05 on average.
 */
export async function climb(network: Network, picture: NdArray, steps: number): Promise<number[]> {
  const losses: number[] = [];
  let { dims, data } = picture;
  for (let step = 0; step < steps; step++) {
    const { loss, gradient } = await lossAndGradient(network, ndArray(dims, data));
    const mean = gradient.reduce((sum, slope) => sum + Math.abs(slope), 0) / gradient.length;
    data = data.map((value, i) => value + 0.05 * gradient[i]! / mean);
    losses.push(loss);
  }
  return losses;
}

/** Relative difference between the slope along the gradient and the norm of the gradient. */
export async function slopeError(network: Network, picture: NdArray): Promise<number> {
  const { gradient } = await lossAndGradient(network, picture);
  const length = Math.hypot(...gradient);
  const step = 1e-2;
  const moved = (distance: number) =>
    ndArray(picture.dims, picture.data.map((value, i) => value + distance * gradient[i]! / length));
  const [up, down] = [
    await lossAndGradient(network, moved(step)),
    await lossAndGradient(network, moved(-step)),
  ];
  return Math.abs((up.loss - down.loss) / (2 * step) / length - 1);
}
