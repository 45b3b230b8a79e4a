/** The sizes at which a picture is dreamed, one after the other. */
import { invalidParameter } from "../../models/errors.ts";
import { type Line, line } from "../../models/line.ts";
import type { InputSizes } from "../../models/networks/input_sizes.ts";
import type { Size } from "../graphs/picture.ts";
import { octaveSizes } from "../run/working_size.ts";

/** The ways to determine the sizes, see {@link OctaveSettings.octaveMode}. */
export const octaveModes = ["normal", "advanced", "manual-max", "manual-min", "manual"] as const;

/** The longest side of an octave in pixels: a size beyond it is a mistake more often than a wish. */
const longestSide = 8192;

/** The settings that determine octaves. */
export interface OctaveSettings {
  /** Number of octaves, for normal and advanced. */
  octaves: number;
  /** Ratio between neighbours; with advanced, the size of the first octave as a share of the picture. */
  octaveScale: number;
  /**
   * `normal`: down from the picture's size. `advanced`: the picture's size times octaveScale, twice octaveScale and so
   * on. The others take `octaveSizes`, and end with the picture's size: longest sides (manual-max), shortest sides
   * (manual-min), or heights and widths in turn (manual). Default: normal.
   */
  octaveMode?: typeof octaveModes[number] | undefined;
  octaveSizes?: readonly number[] | undefined;
}

/** Octaves in the order in which they are dreamed, and those that the network cannot run at. */
export interface OctavePlan {
  sizes: Size[];
  leftOut: Size[];
}

/**
 * The octaves of a picture. Sides are rounded to multiples of what the network needs.
 *
 * @throws {ReverieError} for sizes that are missing, odd in number or too large
 */
export function planOctaves(
  working: Size,
  { octaves, octaveScale, octaveMode = "normal", octaveSizes: given }: OctaveSettings,
  { smallest, multiple = 1, only }: Partial<InputSizes> & Pick<InputSizes, "smallest">,
): OctavePlan {
  if (only) return { sizes: [working], leftOut: [] };
  const { height, width } = working;
  const scaled = (factor: number) => ({ height: height * factor, width: width * factor });
  const whole = (side: number) => Math.round(side / multiple) * multiple;
  const fits = (size: Size) => Math.min(size.height, size.width) >= smallest;
  if (octaveMode === "normal") {
    const all = octaveSizes(working, octaves, octaveScale, { smallest: 0, multiple });
    const sizes = octaveSizes(working, octaves, octaveScale, { smallest, multiple });
    return { sizes, leftOut: all.slice(0, -1).filter((size) => !fits(size)) };
  }
  const wanted = octaveMode === "advanced"
    ? Array.from({ length: octaves }, (_, index) => scaled((index + 1) * octaveScale))
    : [...manualSizes(octaveMode, given ?? [], working), working];
  const rounded = wanted.map((size) => ({ height: whole(size.height), width: whole(size.width) }));
  const large = rounded.find((size) => Math.max(size.height, size.width) > longestSide);
  if (large) {
    const field = octaveMode === "advanced" ? "octaveScale" : "octaveSizes";
    const size = `${large.width}x${large.height}`;
    throw invalidParameter(
      field,
      line`${{ field }} makes an octave of ${size} pixels; at most ${longestSide} are possible`,
    );
  }
  const sizes = rounded.filter(fits);
  return { sizes: sizes.length > 0 ? sizes : [working], leftOut: rounded.filter((size) => !fits(size)) };
}

function manualSizes(mode: "manual-max" | "manual-min" | "manual", given: readonly number[], size: Size) {
  const refused = (needs: Line) =>
    invalidParameter("octaveSizes", line`${{ field: "octaveMode", value: mode }} needs ${needs}`);
  if (given.length === 0) throw refused(line`${{ field: "octaveSizes" }}, such as 128,256`);
  if (mode !== "manual") {
    const reference = (mode === "manual-max" ? Math.max : Math.min)(size.height, size.width);
    return given.map((side) => ({
      height: size.height * side / reference,
      width: size.width * side / reference,
    }));
  }
  if (given.length % 2 !== 0) throw refused(`heights and widths in turn, not ${given.length} numbers`);
  return Array.from({ length: given.length / 2 }, (_, i) => ({
    height: given[2 * i]!,
    width: given[2 * i + 1]!,
  }));
}

/** Says that octaves were left out. */
export function leftOutNote({ sizes, leftOut }: OctavePlan, smallest: number): Line {
  const names = leftOut.map(({ width, height }) => `${width}x${height}`).join(", ");
  const count = sizes.length === 1 ? "one octave remains" : `${sizes.length} octaves remain`;
  return line`the network needs at least ${smallest} pixels a side, so octaves of ${names} are left out: ${count}; ${{
    field: "imageSize",
  }} makes all larger`;
}
