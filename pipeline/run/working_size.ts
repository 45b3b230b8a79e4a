import type { InputSizes } from "../../models/networks/input_sizes.ts";
import type { Size } from "../graphs/picture.ts";

/** The longest side that an enlarged source may have, as a multiple of the smallest side. */
const longestEnlarged = 8;

/**
 * The size at which frames are dreamed: the longest side has `longest` pixels, the shape is the displayed one
 * (stored pixels need not be square), and sides are multiples of `multiple`. A source smaller than `longest`
 * is not enlarged, except to reach `smallest` on its shorter side, which networks need. A strip that would
 * become very long by this is enlarged on its shorter side only, so that memory follows the source's pixels.
 *
 * @param sampleAspect width of a stored pixel divided by its height
 */
export function workingSize(
  source: Size,
  sampleAspect: number,
  longest: number,
  { smallest = 96, multiple = 2 }: { smallest?: number; multiple?: number } = {},
): Size {
  const seen = { height: source.height, width: source.width * sampleAspect };
  const shrink = Math.min(1, longest / Math.max(seen.height, seen.width));
  const enlarge = Math.max(1, smallest / (shrink * Math.min(seen.height, seen.width)));
  const most = Math.max(longest, longestEnlarged * smallest);
  const whole = (side: number) => {
    const wanted = Math.max(smallest, Math.min(most, side * shrink * enlarge));
    return Math.max(multiple, Math.round(wanted / multiple) * multiple);
  };
  return { height: whole(seen.height), width: whole(seen.width) };
}

/**
 * The size at which frames are dreamed by a network that may run at certain sizes only; otherwise as {@link workingSize}.
 */
export function dreamSize(source: Size, sampleAspect: number, longest: number, sizes: InputSizes): Size {
  const { smallest, multiple, only } = sizes;
  // Even sides, as for any network: the gradient is halved to be smoothed.
  const even = multiple % 2 === 0 ? multiple : 2 * multiple;
  return only ?? workingSize(source, sampleAspect, longest, { smallest, multiple: even });
}

/**
 * The sizes of the octaves, from the smallest to the working size, which is always included. Other octaves have sides that
 * are multiples of `multiple`; those with a side below `smallest`, and repeated ones, are left out.
 */
export function octaveSizes(
  size: Size,
  octaves: number,
  octaveScale: number,
  { smallest, multiple = 1, only }: Partial<InputSizes> & Pick<InputSizes, "smallest">,
): Size[] {
  if (only) return [size];
  const ratio = octaveScale > 1 ? octaveScale : 1 / octaveScale;
  const sizes = Array.from({ length: octaves }, (_, index) => {
    const factor = ratio ** (index - octaves + 1);
    const whole = (side: number) => Math.round(side * factor / multiple) * multiple;
    return index === octaves - 1 ? size : { height: whole(size.height), width: whole(size.width) };
  });
  return sizes.filter((octave, index) => {
    if (index === octaves - 1) return true;
    const next = sizes[index + 1]!;
    const isRepeated = multiple > 1 && octave.height === next.height && octave.width === next.width;
    return !isRepeated && Math.min(octave.height, octave.width) >= smallest;
  });
}
