import type { ProbedSideData } from "./ffprobe.ts";
import type { Orientation } from "./source_info.ts";

/** The orientation of a picture that is stored upright. */
export const asStored: Orientation = { mirrored: false, clockwise: 0 };

/** What a display matrix asks for. */
export interface Display {
  /** The nearest orientation by quarter turns. */
  orientation: Orientation;
  /** Degrees clockwise that remain, from -45 to 45; 0 for a whole quarter turn. */
  tilt: number;
}

/** Degrees by which a matrix may miss a quarter turn, because its numbers are rounded. */
const exactness = 1;

/**
 * What side data says about displaying the picture: its display matrix, or else the angle alone, which old
 * versions of ffprobe report. A matrix that is no rotation (such as one of zeros) leaves the picture as stored.
 */
export function displayOf(sideData: readonly ProbedSideData[]): Display | undefined {
  for (const { displaymatrix, rotation } of sideData) {
    if (typeof displaymatrix === "string") return ofMatrix(displaymatrix);
    // ffprobe's angle is counter-clockwise.
    if (rotation !== undefined) return turned(false, -Number(rotation));
  }
  return undefined;
}

/**
 * Rows `a b u`, `c d v`, `x y w` as ffprobe prints them, each after its number. A stored pixel (x, y) is shown at
 * (a x + c y, b x + d y), with y pointing down (ISO/IEC 14496-12, 6.2.2).
 */
function ofMatrix(text: string): Display {
  const rows = Array.from(text.matchAll(/: +(-?\d+) +(-?\d+) +-?\d+/g), ([, p, q]) => [Number(p), Number(q)]);
  const [[a, b] = [], [c, d] = []] = rows;
  const area = a! * d! - b! * c!;
  // Not a number either where values are missing.
  if (!(Math.abs(area) > 0)) return { orientation: asStored, tilt: 0 };
  // Mirroring left to right comes first, and it leaves the vertical axis alone: that axis gives the turn.
  return turned(area < 0, Math.atan2(-c!, d!) * 180 / Math.PI);
}

function turned(mirrored: boolean, degrees: number): Display {
  if (!Number.isFinite(degrees)) return { orientation: asStored, tilt: 0 };
  // Halfway between two quarter turns, the smaller one is taken.
  const quarters = Math.sign(degrees) * Math.ceil(Math.abs(degrees) / 90 - 0.5);
  const tilt = degrees - quarters * 90;
  const clockwise = ((quarters % 4 + 4) % 4) * 90 as Orientation["clockwise"];
  return { orientation: { mirrored, clockwise }, tilt: Math.abs(tilt) > exactness ? tilt : 0 };
}

/** Meaning of the eight values of EXIF tag 0x0112, from 1. */
const exifOrientations: readonly Orientation[] = [
  asStored,
  { mirrored: true, clockwise: 0 },
  { mirrored: false, clockwise: 180 },
  { mirrored: true, clockwise: 180 },
  { mirrored: true, clockwise: 270 },
  { mirrored: false, clockwise: 90 },
  { mirrored: true, clockwise: 90 },
  { mirrored: false, clockwise: 270 },
];

/** The orientation that a value of EXIF tag 0x0112 stands for; as stored for values that mean nothing. */
export function exifOrientation(value: number | undefined): Orientation {
  return exifOrientations[(value ?? 1) - 1] ?? asStored;
}
