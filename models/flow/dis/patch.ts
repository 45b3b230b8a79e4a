/**
 * One square patch of the first image, and how well it fits a place in the second one. Brightness may change between
 * the images: only differences from each patch's own mean count.
 */
import { PATCH_SIZE } from "./parameters.ts";
import { BORDER, type Level } from "./pyramid.ts";

const PIXELS = PATCH_SIZE * PATCH_SIZE;
/** Added to the Hessian's diagonal, so that a patch with hardly any texture does not follow the noise. */
const DAMPING = 8 * PIXELS;

/** A patch with its gradients and inverse Hessian; one instance serves all patches, one after another. */
export class Patch {
  readonly #values = new Float64Array(PIXELS);
  readonly #gradientX = new Float64Array(PIXELS);
  readonly #gradientY = new Float64Array(PIXELS);
  #meanGradientX = 0;
  #meanGradientY = 0;
  #inverseXX = 0;
  #inverseXY = 0;
  #inverseYY = 0;
  /** Mean squared deviation of the gradient from its mean, in squared grey levels; 0 for a flat patch or a ramp. */
  texture = 0;
  /** Sum of squared differences at the place of the last {@link compare}. */
  cost = 0;
  /** The Gauss-Newton step to the right that the last comparison suggests, in pixels. */
  stepX = 0;
  /** The Gauss-Newton step downwards. */
  stepY = 0;

  /** Loads the patch whose upper left pixel is (left, top). */
  load(level: Level, left: number, top: number): void {
    const { width, values, gradientX, gradientY } = level;
    let sumX = 0, sumY = 0, sumXX = 0, sumXY = 0, sumYY = 0;
    for (let y = 0, k = 0; y < PATCH_SIZE; y++) {
      let i = (top + y) * width + left;
      for (let x = 0; x < PATCH_SIZE; x++, i++, k++) {
        const dx = gradientX[i]!;
        const dy = gradientY[i]!;
        this.#values[k] = values[i]!;
        this.#gradientX[k] = dx;
        this.#gradientY[k] = dy;
        sumX += dx;
        sumY += dy;
        sumXX += dx * dx;
        sumXY += dx * dy;
        sumYY += dy * dy;
      }
    }
    this.#meanGradientX = sumX / PIXELS;
    this.#meanGradientY = sumY / PIXELS;
    const spreadX = sumXX - sumX * this.#meanGradientX;
    const spreadY = sumYY - sumY * this.#meanGradientY;
    this.texture = (spreadX + spreadY) / PIXELS;
    const xx = spreadX + DAMPING;
    const yy = spreadY + DAMPING;
    const xy = sumXY - sumX * this.#meanGradientY;
    const scale = 1 / (xx * yy - xy * xy);
    this.#inverseXX = yy * scale;
    this.#inverseXY = -xy * scale;
    this.#inverseYY = xx * scale;
  }

  /**
   * Compares the patch with the one of the second image whose upper left corner is at (left, top), which may lie
   * between pixels. Sets `cost`, `stepX` and `stepY`. Pixels outside of the image do not count; the cost is infinite if
   * less than a quarter of the patch is inside.
   */
  compare({ width, height, bordered }: Level, left: number, top: number): void {
    const startX = Math.max(0, Math.ceil(-left));
    const startY = Math.max(0, Math.ceil(-top));
    const endX = Math.min(PATCH_SIZE, Math.floor(width - left));
    const endY = Math.min(PATCH_SIZE, Math.floor(height - top));
    const inView = Math.max(0, endX - startX) * Math.max(0, endY - startY);
    this.cost = Infinity;
    if (4 * inView < PIXELS) return;
    const column = Math.floor(left);
    const row = Math.floor(top);
    const fx = left - column;
    const fy = top - row;
    const weight11 = fx * fy;
    const weight01 = fx - weight11;
    const weight10 = fy - weight11;
    const weight00 = 1 - fx - weight10;
    const image = bordered.values, stride = bordered.stride;
    const values = this.#values, gradientX = this.#gradientX, gradientY = this.#gradientY;
    let sum = 0, sumSquares = 0, sumX = 0, sumY = 0;
    for (let y = startY; y < endY; y++) {
      let k = y * PATCH_SIZE + startX;
      let i = (BORDER + row + y) * stride + BORDER + column + startX;
      let upper = image[i]!;
      let lower = image[i + stride]!;
      for (let x = startX; x < endX; x++, k++) {
        i++;
        const nextUpper = image[i]!;
        const nextLower = image[i + stride]!;
        const difference = weight00 * upper + weight01 * nextUpper + weight10 * lower + weight11 * nextLower -
          values[k]!;
        upper = nextUpper;
        lower = nextLower;
        sum += difference;
        sumSquares += difference * difference;
        sumX += difference * gradientX[k]!;
        sumY += difference * gradientY[k]!;
      }
    }
    const scale = PIXELS / inView;
    this.cost = scale * (sumSquares - sum * sum / inView);
    const slopeX = scale * (sumX - sum * this.#meanGradientX);
    const slopeY = scale * (sumY - sum * this.#meanGradientY);
    this.stepX = -(this.#inverseXX * slopeX + this.#inverseXY * slopeY);
    this.stepY = -(this.#inverseXY * slopeX + this.#inverseYY * slopeY);
  }
}
