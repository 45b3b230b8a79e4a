import { declaredSize, runsAt } from "../gradient/prepare.ts";
import type { Network } from "./network.ts";

/** The sizes of pictures that a network can dream on with some of its layers. */
export interface InputSizes {
  /** Smallest height and width, in pixels. */
  smallest: number;
  /** Height and width are multiples of this: what the strides below skip connections divide. */
  multiple: number;
  /** The only size, if there is only one: numbers inside the network depend on it. */
  only?: { height: number; width: number };
}

/** Sides that are tried first; some layers need more than the smallest. */
const sides = [96, 224, 320];

/** Products of strides: of convolutions and pools, then of patches and windows. */
const multiples = [1, 2, 4, 8, 16, 32, 64, 3, 6, 7, 12, 14, 24, 28, 48, 56, 112];

/** Sizes that have been found, by the layers; several parts of a dream ask for the same ones. */
const found = new WeakMap<Network, Map<string, InputSizes>>();

/**
 * The sizes at which a network runs up to some layers. Networks of the catalogue take any.
 *
 * @throws {ReverieError} for layers that do not exist or cannot be differentiated
 */
export function inputSizes(network: Network, layers: readonly string[]): InputSizes {
  const known = found.get(network) ?? new Map<string, InputSizes>();
  found.set(network, known);
  const key = JSON.stringify(layers);
  const sizes = known.get(key) ?? searchedSizes(network, layers);
  known.set(key, sizes);
  return sizes;
}

/** Finds the sizes by trying, for which only shapes are inferred. */
function searchedSizes(network: Network, layers: readonly string[]): InputSizes {
  const { kind, minimumSize: smallest } = network;
  if (kind !== "other") return { smallest, multiple: 1 };
  const { model } = network;
  const runs = (height: number, width = height) =>
    runsAt(model, { layers: [...layers], inputShape: [1, 3, height, width] });
  for (const side of sides) {
    for (const multiple of multiples) {
      // Odd and different numbers of the unit, so that neither larger units nor squares are needed.
      const units = Math.ceil((side / multiple - 1) / 2) * 2 + 1;
      if (!runs(units * multiple, (units + 2) * multiple)) continue;
      if (!runs((units + 6) * multiple, (units + 4) * multiple)) continue;
      return { smallest: smallestSide(smallest, units * multiple, multiple, runs), multiple };
    }
  }
  const only = declaredSize(model.graph);
  return { smallest, multiple: 1, ...(only && runs(only.height, only.width) && { only }) };
}

function smallestSide(
  least: number,
  known: number,
  multiple: number,
  runs: (side: number) => boolean,
): number {
  const first = Math.ceil(least / multiple) * multiple;
  const step = Math.ceil(16 / multiple) * multiple;
  for (let side = first; side < known; side += step) if (runs(side)) return side;
  return known;
}
