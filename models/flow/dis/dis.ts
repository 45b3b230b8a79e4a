/**
 * DIS, dense inverse search: "Fast Optical Flow using Dense Inverse Search", Kroeger, Timofte, Dai and Van Gool, 2016.
 * From coarse to fine: search patches, spread their motion over the pixels, refine.
 */
import type { FlowField } from "../flow.ts";
import { densify } from "./densify.ts";
import type { GreyImage } from "./grey.ts";
import { searchPatches } from "./inverse_search.ts";
import { defaultParameters, type DisParameters } from "./parameters.ts";
import { PATCH_SIZE } from "./patch.ts";
import { buildPyramid, type Level } from "./pyramid.ts";
import { refine } from "./refine.ts";
import { scaleUp } from "./scale_up.ts";

export { buildPyramid };

/** The flow from one picture to another of the same size, given the pyramids of both. */
export function disFlow(from: Level[], to: Level[], parameters: DisParameters = defaultParameters): FlowField {
  let flow: FlowField | undefined;
  for (let scale = from.length - 1; scale >= 0; scale--) flow = flowAt(scale, from[scale]!, to[scale]!, flow, parameters);
  return flow!;
}

function flowAt(
  scale: number,
  from: Level,
  to: Level,
  coarse: FlowField | undefined,
  parameters: DisParameters,
): FlowField {
  const { width, height } = from;
  const searched = scale >= parameters.finestScale && Math.min(width, height) >= PATCH_SIZE;
  if (searched) {
    const patches = searchPatches(from, to, coarse, parameters);
    return refine(from, to, densify(from, to, patches), parameters.refinement);
  }
  const flow = coarse
    ? scaleUp(coarse, width, height)
    : { width, height, data: new Float32Array(2 * width * height) };
  return refine(from, to, flow, parameters.finish);
}

/** The flow between two grey images, both ways. */
export function disPair(
  previous: GreyImage,
  current: GreyImage,
  parameters: DisParameters = defaultParameters,
): { backward: FlowField; forward: FlowField } {
  const before = buildPyramid(previous);
  const now = buildPyramid(current);
  return { backward: disFlow(now, before, parameters), forward: disFlow(before, now, parameters) };
}
