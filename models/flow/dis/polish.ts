/** Makes the flow of another method more precise. */
import type { FlowField } from "../flow.ts";
import { coarserFlow, levelFlow } from "./dis.ts";
import type { GreyImage } from "./grey.ts";
import { defaultParameters, type DisParameters, PATCH_SIZE } from "./parameters.ts";
import { buildPyramid, half } from "./pyramid.ts";
import { refine } from "./refine.ts";

/**
 * DIS's parameters for polishing. The values did best on the Middlebury pairs and on clips with known motion.
 *
 * - Patches move up to 4 pixels (tried: 1, 2, 3, 4, 8 and no limit) to where they fit better: RAFT-small is hardly ever
 *   further off where there is texture, and patches that move further often match a similar-looking place.
 * - Plain patches, with a texture below 0.5 (tried: 0.25, 0.5, 1 and 2), follow DIS: RAFT sees motion in black areas
 *   and noise.
 * - A fifth set of robust weights brings nothing here.
 */
const polishing: DisParameters = {
  ...defaultParameters,
  farthest: 4,
  leastTexture: 0.5,
  refinement: { ...defaultParameters.refinement, fixedPointIterations: 4 },
};

/**
 * The flow from one image to another of the same size, starting from a given flow. On the finest level of DIS, patches
 * start from the given flow, or from DIS's own coarser flow if they fit better there; search and variational refinement
 * follow. The given flow is not changed.
 *
 * @throws {RangeError} if the sizes differ.
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
