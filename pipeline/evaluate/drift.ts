import type { Picture } from "../../models/flow/flow.ts";
import { luma } from "./pictures.ts";

/** Measures of one picture's luma in [0, 1] that recurrent dreams are known to lose or accumulate. */
export interface Look {
  /** Mean. */
  brightness: number;
  /** Standard deviation. */
  contrast: number;
  /** Mean absolute value of the Laplacian (4 neighbours). */
  sharpness: number;
}

/** Measures a picture. */
export function look(picture: Picture): Look {
  const { width, height } = picture;
  const values = luma(picture);
  const brightness = mean(values);
  const contrast = Math.sqrt(mean(values.map((value) => (value - brightness) ** 2)));
  let sum = 0;
  for (let y = 1; y < height - 1; y++) {
    for (let i = y * width + 1; i < (y + 1) * width - 1; i++) {
      sum += Math.abs(
        4 * values[i]! - values[i - 1]! - values[i + 1]! - values[i - width]! - values[i + width]!,
      );
    }
  }
  const inner = Math.max(1, (width - 2) * (height - 2));
  return { brightness, contrast, sharpness: sum / inner };
}

/** Mean of some numbers; 0 if there are none. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return values.length === 0 ? 0 : sum / values.length;
}

/** Slope of the straight line through values at 0, 1, 2 … (least squares); 0 for fewer than two. */
export function slope(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  let above = 0, below = 0;
  values.forEach((value, index) => {
    above += (index - middle) * value;
    below += (index - middle) ** 2;
  });
  return below === 0 ? 0 : above / below;
}

/** How a video's look changes over 100 frames, in per cent of its mean. */
export function drift(looks: readonly Look[]): Look {
  const along = (values: number[]) => {
    const average = mean(values);
    return average === 0 ? 0 : 100 * 100 * slope(values) / average;
  };
  return {
    brightness: along(looks.map(({ brightness }) => brightness)),
    contrast: along(looks.map(({ contrast }) => contrast)),
    sharpness: along(looks.map(({ sharpness }) => sharpness)),
  };
}
