/** Makes a flow that another method has found more exact. */
import type { FlowField } from "../flow.ts";
import { coarserFlow, levelFlow } from "./dis.ts";
import type { GreyImage } from "./grey.ts";
import { defaultParameters, type DisParameters, PATCH_SIZE } from "./parameters.ts";
import { buildPyramid, half } from "./pyramid.ts";
import { refine } from "./refine.ts";

/**
 * How DIS differs where it polishes; the figures did best on the Middlebury pairs and on clips with known motion.
 *
 * - Patches go up to 4 pixels (of 1, 2, 3, 4, 8 and no limit) to where they fit better: RAFT-small is hardly ever
 *   further off where a patch can tell, and what goes further has often found another place that looks alike.
 * - Plain patches, with a texture below 0.5 (of 0.25, 0.5, 1 and 2), go with DIS: RAFT sees motion in black and noise.
 * - The fifth set of robust weights gains nothing here.
 */
const polishing: DisParameters = {
  ...defaultParameters,
  farthest: 4,
  leastTexture: 0.5,
  refinement: { ...defaultParameters.refinement, fixedPointIterations: 4 },
};

/**
 * The flow from one image to another of the same size, begun at the given one: on the finest level of DIS its patches
 * start there, or where DIS has got by itself if they fit better there, search, and are refined variationally. The
 * given flow is left as it is.
 *
 * @throws {RangeError} when the sizes differ.
 */
export function polish(from: GreyImage, to: GreyImage, flow: FlowField): FlowField {
  for (const { width, height } of [to, flow]) {
    if (width !== from.width || height !== from.height) {
      throw new RangeError(`a flow of ${from.width}x${from.height} is polished, not of ${width}x${height}`);
    }
  }
  const [a, b] = [buildPyramid(from), buildPyramid(to)];
  if (Math.min(from.width, from.height) < PATCH_SIZE) {
    return refine(a[0]!, b[0]!, flow, polishing.refinement);
  }
  const rival = coarserFlow(a, b, defaultParameters);
  return levelFlow(a[0]!, b[0]!, halfFlow(flow), polishing, rival);
}

/** The flow at half the size, in pixels of that size. */
function halfFlow({ width, height, data }: FlowField): FlowField {
  const count = width * height;
  const [u, v] = [0, count].map((start) =>
    half({ width, height, values: data.subarray(start, start + count) })
  );
  const halved = new Float32Array(u!.values.length + v!.values.length);
  halved.set(u!.values.map((value) => value / 2));
  halved.set(v!.values.map((value) => value / 2), u!.values.length);
  return { width: u!.width, height: u!.height, data: halved };
}
