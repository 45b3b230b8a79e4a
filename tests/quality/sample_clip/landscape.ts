/**
 * The land as seen by the viewer: height and reflected light on a grid that is fine nearby and coarse far
 * away. The grid is computed once; every frame only looks values up.
 */
import { clamp, fractalNoise, mix, noise, smoothstep } from "./noise.ts";
import { type Ground, groundAt } from "./terrain.ts";

/** Red, green and blue as linear light. 1 is a white sheet in the sun; values may be higher. */
export type Colour = readonly [number, number, number];

/** Unit vector towards the sun, for the lighting of the land. */
export const SUNLIGHT: Colour = [-0.83, 0.4, 0.39];

const SUN_COLOUR: Colour = [3.1, 1.75, 0.85];
const SKY_COLOUR: Colour = [0.2, 0.27, 0.44];
const NEAREST = 8, FARTHEST = 2000, WIDEST = 0.95;

/**
 * A grid over x / z (columns) and log z (rows): its cells appear equally large to the viewer. Outside the
 * grid, the values at its border continue.
 */
export class Landscape {
  readonly #height: Float32Array;
  readonly #light: Float32Array;

  constructor(readonly columns: number, readonly rows: number) {
    this.#height = new Float32Array(columns * rows);
    this.#light = new Float32Array(columns * rows * 3);
    const ground: Ground[] = [];
    for (let cell = 0; cell < columns * rows; cell++) {
      const here = groundAt(...this.#place(cell));
      ground.push(here);
      this.#height[cell] = here.height;
    }
    ground.forEach((here, cell) => this.#light.set(this.#lightAt(cell, here), cell * 3));
  }

  /**
   * Metres above the lake at x = ratio · z. log z is a parameter because callers with many queries already
   * have it.
   */
  heightAt(ratio: number, logDepth: number): number {
    const column = this.#column(ratio), row = this.#row(logDepth);
    const i = Math.floor(column), j = Math.floor(row), s = column - i, t = row - j;
    const at = j * this.columns + i, below = at + this.columns, heights = this.#height;
    return mix(mix(heights[at]!, heights[at + 1]!, s), mix(heights[below]!, heights[below + 1]!, s), t);
  }

  /** Writes the light that leaves the ground at x = ratio · z into `out`. */
  lightAt(ratio: number, logDepth: number, out: Float64Array): void {
    const column = this.#column(ratio), row = this.#row(logDepth);
    const i = Math.floor(column), j = Math.floor(row), s = column - i, t = row - j;
    const at = (j * this.columns + i) * 3, below = at + this.columns * 3, light = this.#light;
    for (let c = 0; c < 3; c++) {
      const upper = mix(light[at + c]!, light[at + 3 + c]!, s);
      out[c] = mix(upper, mix(light[below + c]!, light[below + 3 + c]!, s), t);
    }
  }

  #column(ratio: number): number {
    return clamp((ratio / WIDEST + 1) / 2 * (this.columns - 1), 0, this.columns - 1.001);
  }

  #row(logDepth: number): number {
    const whole = Math.log(FARTHEST / NEAREST);
    return clamp((logDepth - Math.log(NEAREST)) / whole * (this.rows - 1), 0, this.rows - 1.001);
  }

  #place(cell: number): [x: number, z: number] {
    const row = Math.floor(cell / this.columns), column = cell % this.columns;
    const z = NEAREST * (FARTHEST / NEAREST) ** (row / (this.rows - 1));
    return [z * WIDEST * (2 * column / (this.columns - 1) - 1), z];
  }

  #lightAt(cell: number, ground: Ground): Colour {
    const [x, z] = this.#place(cell);
    if (ground.height < -1) return [0, 0, 0];
    const normal = this.#normalAt(cell, x, z);
    const facing = Math.max(0, normal[0] * SUNLIGHT[0] + normal[1] * SUNLIGHT[1] + normal[2] * SUNLIGHT[2]);
    // A crown is a loose heap of twigs: light also enters from the side, and little reaches the base.
    const sun = this.#sunReaching(x, z, ground.height) * (ground.tree ? 0.25 + 0.75 * facing : facing);
    const open = (0.55 + 0.45 * normal[1]) * (ground.tree ? 0.25 + 0.75 * ground.crown : 1);
    const colour = surfaceColour(x, z, ground, normal);
    const thrownBack = (c: 0 | 1 | 2) => colour[c] * (SUN_COLOUR[c] * sun + SKY_COLOUR[c] * open);
    return [thrownBack(0), thrownBack(1), thrownBack(2)];
  }

  #normalAt(cell: number, x: number, z: number): Colour {
    const column = cell % this.columns, row = Math.floor(cell / this.columns), heights = this.#height;
    const right = heights[cell + (column < this.columns - 1 ? 1 : 0)]!,
      left = heights[cell - (column > 0 ? 1 : 0)]!;
    const far = heights[cell + (row < this.rows - 1 ? this.columns : 0)]!;
    const near = heights[cell - (row > 0 ? this.columns : 0)]!;
    const acrossColumns = (right - left) / (4 * WIDEST / (this.columns - 1));
    const acrossRows = (far - near) / (2 * Math.log(FARTHEST / NEAREST) / (this.rows - 1));
    const dx = acrossColumns / z, dz = (acrossRows - x / z * acrossColumns) / z;
    const length = Math.hypot(dx, 1, dz);
    return [-dx / length, 1 / length, -dz / length];
  }

  /** The visible share of the sun from a point, 0 … 1, found by walking towards it in growing steps. */
  #sunReaching(x: number, z: number, height: number): number {
    let clear = 1;
    for (let step = 0.003 * z + 0.15, gone = step; gone < 420 && clear > 0; step *= 1.28, gone += step) {
      const px = x + SUNLIGHT[0] * gone, pz = z + SUNLIGHT[2] * gone;
      const above = height + SUNLIGHT[1] * gone - this.heightAt(px / pz, Math.log(pz));
      clear = Math.min(clear, 0.5 + above / (0.06 * gone + 0.1));
    }
    return clamp(clear, 0, 1);
  }
}

/** The share of light that the ground reflects. */
function surfaceColour(x: number, z: number, ground: Ground, normal: Colour): Colour {
  const grain = 0.75 + 0.5 * fractalNoise(x * 120 / z, z * 2.2 / Math.max(8, z / 40), 3);
  if (ground.tree) return treeColour(x, z, ground, grain);
  if (z < 240) return shoreColour(x, z, ground, grain);
  const height = ground.height, patches = fractalNoise(x / 45, z / 45 + 6, 5);
  const strata = 0.5 + 0.5 * noise(height / 6 + 3 * patches, 0.5 + x / 300);
  let colour = blend([0.25, 0.19, 0.15], [0.44, 0.36, 0.3], strata, 0.8 + 0.9 * patches);
  const meadow = smoothstep(0.6, 0.82, normal[1]) * smoothstep(150, 70, height + 60 * patches);
  colour = blend(colour, [0.23, 0.19, 0.07], meadow, grain);
  const snow = smoothstep(118, 160, height + 90 * patches) * smoothstep(0.5, 0.7, normal[1] + 0.25 * patches);
  return blend(colour, [0.92, 0.93, 0.98], snow, 1);
}

function treeColour(x: number, z: number, ground: Ground, grain: number): Colour {
  const turned = ground.tree + 0.5 * noise(x / 28, z / 28) > 0.66 ? 1 : 0;
  const autumn = blend([0.55, 0.27, 0.04], [0.42, 0.13, 0.03], (ground.tree * 5) % 1, 1);
  return blend([0.045, 0.085, 0.035], autumn, turned * 0.9, grain * mix(0.6, 1.25, (ground.tree * 7) % 1));
}

function shoreColour(x: number, z: number, ground: Ground, grain: number): Colour {
  const blades = 0.55 + 0.9 * Math.abs(noise(x * 7, z * 2)) + 0.35 * noise(x * 2, z);
  const grass = blend([0.2, 0.17, 0.05], [0.36, 0.22, 0.07], 0.5 + noise(x / 2.5, z / 2.5), blades);
  const lichen = smoothstep(0.1, 0.5, fractalNoise(x * 1.7, z * 1.7 + 30, 4));
  const stone = blend([0.2, 0.19, 0.18], [0.34, 0.31, 0.22], lichen, grain + 0.3 * noise(x * 6, z * 6));
  const bare = Math.max(
    smoothstep(0.9, 0.2, ground.soil),
    smoothstep(0.02, 0.1, ground.height - ground.soil),
  );
  const wet = mix(0.35, 1, smoothstep(0.02, 0.3, ground.height));
  return blend(grass, stone, bare, wet);
}

function blend(a: Colour, b: Colour, amount: number, strength: number): Colour {
  const t = clamp(amount, 0, 1), s = Math.max(0.1, strength);
  return [mix(a[0], b[0], t) * s, mix(a[1], b[1], t) * s, mix(a[2], b[2], t) * s];
}
