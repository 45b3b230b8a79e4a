import type { Picture } from "../../models/flow/flow.ts";
import { luma } from "./pictures.ts";

/** Mean squared difference of two pictures of the same size. */
export function meanSquaredError(a: Picture, b: Picture): number {
  let sum = 0;
  for (let i = 0; i < a.pixels.length; i++) sum += (a.pixels[i]! - b.pixels[i]!) ** 2;
  return sum / a.pixels.length;
}

/**
 * Peak signal-to-noise ratio in dB from the mean squared error of pictures in [0, 1]; infinite for an error
 * of 0.
 */
export function psnr(error: number): number {
  return -10 * Math.log10(error);
}

const windowSide = 8;
const c1 = 0.01 ** 2, c2 = 0.03 ** 2;

/**
 * Structural similarity of two pictures' luma (Wang et al. 2004), from -1 to 1 (equal): the mean over windows
 * of 8x8 pixels that overlap by half. Pictures smaller than a window are one window.
 */
export function structuralSimilarity(a: Picture, b: Picture): number {
  const x = luma(a), y = luma(b);
  const { width, height } = a;
  const w = Math.min(windowSide, width), h = Math.min(windowSide, height);
  const step = windowSide / 2;
  let sum = 0, count = 0;
  for (let top = 0; top + h <= height; top += step) {
    for (let left = 0; left + w <= width; left += step) {
      sum += windowSimilarity(x, y, width, { left, top, w, h });
      count++;
    }
  }
  return sum / count;
}

interface Window {
  left: number;
  top: number;
  w: number;
  h: number;
}

function windowSimilarity(
  x: Float32Array,
  y: Float32Array,
  width: number,
  { left, top, w, h }: Window,
): number {
  let sx = 0, sy = 0, sxx = 0, syy = 0, sxy = 0;
  for (let row = top; row < top + h; row++) {
    for (let i = row * width + left; i < row * width + left + w; i++) {
      const a = x[i]!, b = y[i]!;
      sx += a;
      sy += b;
      sxx += a * a;
      syy += b * b;
      sxy += a * b;
    }
  }
  const n = w * h;
  const mx = sx / n, my = sy / n;
  const vx = sxx / n - mx * mx, vy = syy / n - my * my, covariance = sxy / n - mx * my;
  return (2 * mx * my + c1) * (2 * covariance + c2) / ((mx * mx + my * my + c1) * (vx + vy + c2));
}
