/** Random transforms: every step sees the picture turned by some quarter turns, and turns its gradient back. */
import type { GraphBuilder } from "../../models/onnx/build.ts";
import type { Random } from "../graphs/random.ts";
import type { Size } from "../graphs/picture.ts";

/** The transforms by name: `flip` is half a turn, as in neural-dream, `rotate` any number of quarter turns. */
export const randomTransforms = ["none", "all", "flip", "rotate"] as const;

/** Name of the transforms. */
export type RandomTransforms = typeof randomTransforms[number];

/** Whether the picture may lie on its side. */
export const isTilting = (transforms: RandomTransforms) => transforms === "all" || transforms === "rotate";

/** A random number of quarter turns, 0 to 3. Draws nothing without transforms. */
export function randomTurn(random: Random, transforms: RandomTransforms): number {
  if (transforms === "none") return 0;
  return isTilting(transforms) ? random.below(4) : 2 * random.below(2);
}

/** How a graph turns pictures: on their side or not, and by half a turn more if the scalar `half` is 1. */
export interface Turn {
  isTilted: boolean;
  half: string;
}

/** The size of a picture on its side. */
export const tilted = ({ height, width }: Size): Size => ({ height: width, width: height });

/** The picture [1, 3, h, w] turned. */
export function turned(g: GraphBuilder, x: string, { isTilted, half }: Turn): string {
  const upright = isTilted ? reversed(g, g.transpose(x, [0, 1, 3, 2]), [2]) : x;
  return halfTurned(g, upright, half);
}

/** The picture turned back. */
export function turnedBack(g: GraphBuilder, x: string, { isTilted, half }: Turn): string {
  const whole = halfTurned(g, x, half);
  return isTilted ? g.transpose(reversed(g, whole, [2]), [0, 1, 3, 2]) : whole;
}

function halfTurned(g: GraphBuilder, x: string, half: string): string {
  return g.where(g.greater(half, g.scalar(0.5)), reversed(g, x, [2, 3]), x);
}

function reversed(g: GraphBuilder, x: string, axes: number[]): string {
  const each = (value: number) => axes.map(() => value);
  return g.slice(x, each(-1), each(-(2 ** 31)), axes, each(-1));
}
