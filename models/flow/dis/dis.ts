/**
 * DIS, dense inverse search: "Fast Optical Flow using Dense Inverse Search", Kroeger, Timofte, Dai and Van Gool, 2016.
 * On each level of the pyramid, from the coarsest to full size: search patches, densify their motion, refine.
 */
import type { FlowField, FlowPair } from "../flow.ts";
import { densify } from "./densify.ts";
import type { GreyImage } from "./grey.ts";
import { searchPatches } from "./inverse_search.ts";
import { defaultParameters, type DisParameters, PATCH_SIZE } from "./parameters.ts";
import { buildPyramid, type Level } from "./pyramid.ts";
import { refine } from "./refine.ts";

/**
 * The flow between two grey images of the same size in both directions.
 *
 * @throws {RangeError} if the sizes differ or an image is empty.
 */
export function disPair(
  previous: GreyImage,
  current: GreyImage,
  parameters: DisParameters = defaultParameters,
): FlowPair {
  checkSizes(previous, current);
  const before = buildPyramid(previous);
  const now = buildPyramid(current);
  return { backward: disFlow(now, before, parameters), forward: disFlow(before, now, parameters) };
}

/** The flow from one image to another of the same size, given the pyramids of both. */
export function disFlow(
  from: Level[],
  to: Level[],
  parameters: DisParameters = defaultParameters,
): FlowField {
  if (from.length === 0) throw new RangeError("a pyramid needs at least one level");
  return levelFlow(from[0]!, to[0]!, coarserFlow(from, to, parameters), parameters);
}

/** The flow on the second finest level, where the finest level starts; undefined for pyramids of one level. */
export function coarserFlow(from: Level[], to: Level[], parameters: DisParameters): FlowField | undefined {
  let flow: FlowField | undefined;
  for (let scale = from.length - 1; scale >= 1; scale--) {
    flow = levelFlow(from[scale]!, to[scale]!, flow, parameters);
  }
  return flow;
}

/**
 * The flow on one level, starting from the flow of the next coarser level (or none), or where it fits better from that
 * of a rival.
 */
export function levelFlow(
  from: Level,
  to: Level,
  coarse: FlowField | undefined,
  parameters: DisParameters,
  rival?: FlowField,
): FlowField {
  return refine(from, to, initialFlow(from, to, coarse, parameters, rival), parameters.refinement);
}

function initialFlow(
  from: Level,
  to: Level,
  coarse: FlowField | undefined,
  parameters: DisParameters,
  rival: FlowField | undefined,
): FlowField {
  const { width, height } = from;
  // Only a picture that is smaller than a patch has such a level, and it has no other.
  if (Math.min(width, height) < PATCH_SIZE) {
    return { width, height, data: new Float32Array(2 * width * height) };
  }
  return densify(from, to, searchPatches(from, to, coarse, parameters, rival));
}

function checkSizes(a: GreyImage, b: GreyImage): void {
  if (a.width !== b.width || a.height !== b.height) {
    throw new RangeError(
      `flow needs two pictures of the same size, not ${a.width}x${a.height} and ${b.width}x${b.height}`,
    );
  }
  if (a.width < 1 || a.height < 1) throw new RangeError("flow needs pictures of at least one pixel");
}
