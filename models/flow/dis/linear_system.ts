/** The equations of one fixed-point iteration of variational refinement, and their solution so far. */
import type { FlowField } from "../flow.ts";
import { CONSTRAINT_VALUES } from "./data_term.ts";
import type { RefinementParameters } from "./parameters.ts";
import type { Level } from "./pyramid.ts";

/** Makes |x| smooth at zero: sqrt(x^2 + EPSILON^2). */
const EPSILON = 0.001;
const EPSILON_SQUARED = EPSILON * EPSILON;

/**
 * Values per pixel of the packed equations: omega times the inverse 2 x 2 matrix (xx, xy, yy), and the right-hand side
 * (x, y).
 */
const EQUATION_VALUES = 5;

/**
 * All arrays except the packed equations have an extra row above and below the picture, so that every pixel has four
 * neighbours; links across the edges have weight zero. (The left neighbour of a row's first pixel is the last pixel of
 * the previous row; that link has weight zero, too.)
 */
export class LinearSystem {
  readonly #width: number;
  readonly #height: number;
  readonly #parameters: RefinementParameters;
  readonly #u: Float32Array;
  readonly #v: Float32Array;
  /** Weight of smoothness at each pixel that depends on the image alone. */
  readonly #edges: Float32Array;
  readonly #smoothness: Float32Array;
  /** Weights of the links to the right neighbour and to the one below. */
  readonly #right: Float32Array;
  readonly #below: Float32Array;
  readonly #equations: Float32Array;

  constructor(level: Level, { width, height, data }: FlowField, parameters: RefinementParameters) {
    const count = width * height;
    const extended = count + 2 * width;
    this.#width = width;
    this.#height = height;
    this.#parameters = parameters;
    this.#u = new Float32Array(extended);
    this.#v = new Float32Array(extended);
    this.#u.set(data.subarray(0, count), width);
    this.#v.set(data.subarray(count), width);
    this.#edges = edgeWeights(level, parameters);
    this.#smoothness = new Float32Array(extended);
    this.#right = new Float32Array(extended);
    this.#below = new Float32Array(extended);
    this.#equations = new Float32Array(EQUATION_VALUES * count);
  }

  /** The solution so far. */
  flow(): FlowField {
    const width = this.#width, height = this.#height;
    const count = width * height;
    const data = new Float32Array(2 * count);
    data.set(this.#u.subarray(width, width + count));
    data.set(this.#v.subarray(width, width + count), count);
    return { width, height, data };
  }

  /** Computes the weights of data and smoothness from the solution so far, and the equations from those weights. */
  weigh(constraints: Float32Array): void {
    this.#weighSmoothness();
    this.#link();
    this.#setEquations(constraints);
  }

  /** alpha / |derivatives of the flow| at each pixel. */
  #weighSmoothness(): void {
    const width = this.#width, height = this.#height;
    const u = this.#u, v = this.#v, edges = this.#edges, smoothness = this.#smoothness;
    for (let y = 0, i = width; y < height; y++) {
      const up = y > 0 ? width : 0;
      const down = y < height - 1 ? width : 0;
      for (let x = 0; x < width; x++, i++) {
        const left = x > 0 ? 1 : 0;
        const right = x < width - 1 ? 1 : 0;
        const ux = u[i + right]! - u[i - left]!;
        const uy = u[i + down]! - u[i - up]!;
        const vx = v[i + right]! - v[i - left]!;
        const vy = v[i + down]! - v[i - up]!;
        const squares = 0.25 * (ux * ux + uy * uy + vx * vx + vy * vy);
        smoothness[i] = edges[i - width]! / Math.sqrt(squares + EPSILON_SQUARED);
      }
    }
  }

  /** Sets the weight of each link to the mean of its two ends. */
  #link(): void {
    const width = this.#width, height = this.#height;
    const smoothness = this.#smoothness, right = this.#right, below = this.#below;
    for (let y = 0, i = width; y < height; y++) {
      for (let x = 0; x < width; x++, i++) {
        right[i] = x < width - 1 ? 0.5 * (smoothness[i]! + smoothness[i + 1]!) : 0;
        below[i] = y < height - 1 ? 0.5 * (smoothness[i]! + smoothness[i + width]!) : 0;
      }
    }
  }

  #setEquations(constraints: Float32Array): void {
    const width = this.#width;
    const count = width * this.#height;
    const { delta, gamma, omega } = this.#parameters;
    const u = this.#u, v = this.#v, right = this.#right, below = this.#below, equations = this.#equations;
    for (let p = 0, k = 0, e = 0; p < count; p++, k += CONSTRAINT_VALUES, e += EQUATION_VALUES) {
      const i = p + width;
      const a0 = constraints[k]!, b0 = constraints[k + 1]!, c0 = constraints[k + 2]!;
      const a1 = constraints[k + 3]!, b1 = constraints[k + 4]!, c1 = constraints[k + 5]!;
      const a2 = constraints[k + 6]!, b2 = constraints[k + 7]!, c2 = constraints[k + 8]!;
      const r0 = a0 * u[i]! + b0 * v[i]! + c0;
      const r1 = a1 * u[i]! + b1 * v[i]! + c1;
      const r2 = a2 * u[i]! + b2 * v[i]! + c2;
      const brightness = delta / Math.sqrt(r0 * r0 + EPSILON_SQUARED);
      const gradient = gamma / Math.sqrt(r1 * r1 + r2 * r2 + EPSILON_SQUARED);
      const links = right[i]! + right[i - 1]! + below[i]! + below[i - width]!;
      const xx = brightness * a0 * a0 + gradient * (a1 * a1 + a2 * a2) + links;
      const xy = brightness * a0 * b0 + gradient * (a1 * b1 + a2 * b2);
      const yy = brightness * b0 * b0 + gradient * (b1 * b1 + b2 * b2) + links;
      // A picture of one pixel has no links and may have no texture; then the flow is zero.
      const determinant = xx * yy - xy * xy;
      const scale = determinant > 0 ? omega / determinant : 0;
      equations[e] = scale * yy;
      equations[e + 1] = -scale * xy;
      equations[e + 2] = scale * xx;
      equations[e + 3] = -(brightness * a0 * c0 + gradient * (a1 * c1 + a2 * c2));
      equations[e + 4] = -(brightness * b0 * c0 + gradient * (b1 * c1 + b2 * c2));
    }
  }

  /** Runs sweeps of successive over-relaxation, with both components of a pixel at once. */
  relax(): void {
    const { sorIterations } = this.#parameters;
    // Each sweep runs one row behind the previous one: the result is the same as in sequence, but rows stay in cache.
    for (let front = 0; front < this.#height + sorIterations - 1; front++) {
      const first = Math.max(0, front - this.#height + 1);
      const last = Math.min(sorIterations - 1, front);
      for (let sweep = first; sweep <= last; sweep++) this.#relaxRow(front - sweep);
    }
  }

  #relaxRow(y: number): void {
    const width = this.#width;
    const start = (y + 1) * width;
    const end = start + width;
    const keep = 1 - this.#parameters.omega;
    const u = this.#u, v = this.#v, right = this.#right, below = this.#below, equations = this.#equations;
    let leftU = 0, leftV = 0, toLeft = 0;
    for (let i = start, e = EQUATION_VALUES * y * width; i < end; i++, e += EQUATION_VALUES) {
      const toRight = right[i]!, toAbove = below[i - width]!, toBelow = below[i]!;
      const xx = equations[e]!, xy = equations[e + 1]!, yy = equations[e + 2]!;
      const x = equations[e + 3]! + toRight * u[i + 1]! + toAbove * u[i - width]! + toBelow * u[i + width]!;
      const y = equations[e + 4]! + toRight * v[i + 1]! + toAbove * v[i - width]! + toBelow * v[i + width]!;
      // Only the terms of the left neighbour depend on its new value.
      const newU = (keep * u[i]! + xx * x + xy * y) + (toLeft * xx * leftU + toLeft * xy * leftV);
      const newV = (keep * v[i]! + xy * x + yy * y) + (toLeft * xy * leftU + toLeft * yy * leftV);
      u[i] = leftU = newU;
      v[i] = leftV = newV;
      toLeft = toRight;
    }
  }
}

function edgeWeights(
  { gradientX, gradientY }: Level,
  { alpha, edgeSharpness }: RefinementParameters,
): Float32Array {
  const weights = new Float32Array(gradientX.length);
  for (let i = 0; i < weights.length; i++) {
    const gradient = Math.sqrt(gradientX[i]! * gradientX[i]! + gradientY[i]! * gradientY[i]!) / 255;
    weights[i] = alpha * Math.exp(-edgeSharpness * gradient);
  }
  return weights;
}
