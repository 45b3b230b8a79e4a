/** One frame of the lake: land, sky and their mirror image in the water, painted column by column. */
import type { Canvas, Viewpoint } from "./camera.ts";
import type { Landscape } from "./landscape.ts";
import { clamp, fractalNoise, mix, smoothstep } from "./noise.ts";
import { hazeLight, skyLight, sunGlare } from "./sky.ts";
import { waterSlope } from "./water.ts";

/** Distance in metres below which objects are not reflected. */
const MIRROR_FROM = 45;
const NEAREST = 7, FARTHEST = 1990, STEP = 1.0032;
const WATER = [0.012, 0.03, 0.034] as const;

/** Paints land, water and sky as seen from `eye`; `turn` is the time in radians, and the whole loop is 2π. */
export function paintScene(
  canvas: Canvas,
  mirror: Canvas,
  landscape: Landscape,
  eye: Viewpoint,
  turn: number,
): void {
  const painter = new Painter(landscape, eye, turn);
  painter.paintMirror(mirror);
  painter.paint(canvas, mirror);
}

class Painter {
  readonly #colour = new Float64Array(3);
  readonly #slope = new Float64Array(2);

  constructor(readonly landscape: Landscape, readonly eye: Viewpoint, readonly turn: number) {}

  /** Paints the view of a viewer below the lake's surface who looks up: row r shows the slope -up(r). */
  paintMirror(mirror: Canvas): void {
    const rows = Array.from({ length: mirror.height }, (_, row) => row).filter((row) => mirror.up(row) < 0);
    const slopes = rows.map((row) => -mirror.up(row));
    for (let column = 0; column < mirror.width; column++) {
      const across = mirror.across(column);
      const distances = this.#traceColumn(across, -this.eye.y, slopes, MIRROR_FROM);
      rows.forEach((row, index) => {
        this.#seen(across, slopes[index]!, distances[index]!, -this.eye.y);
        mirror.light.set(this.#colour, (row * mirror.width + column) * 3);
      });
    }
  }

  paint(canvas: Canvas, mirror: Canvas): void {
    const rows = Array.from({ length: canvas.height }, (_, index) => canvas.height - 1 - index);
    const slopes = rows.map((row) => canvas.up(row));
    for (let column = 0; column < canvas.width; column++) {
      const across = canvas.across(column);
      const distances = this.#traceColumn(across, this.eye.y, slopes, NEAREST);
      rows.forEach((row, index) => {
        const up = slopes[index]!, land = distances[index]!;
        const lake = up < 0 ? -this.eye.y / up : Infinity;
        if (lake < land) this.#water(mirror, across, up, lake);
        else this.#seen(across, up, land, this.eye.y);
        for (let c = 0; c < 3; c++) this.#colour[c] = this.#colour[c]! + sunGlare(across, up, c);
        const pixel = row * canvas.width + column;
        canvas.light.set(this.#colour, pixel * 3);
        canvas.depth[pixel] = Math.min(lake, land);
      });
    }
  }

  /**
   * The distance of the land for each of the (rising) slopes in one column; Infinity if there is none. One
   * walk from near to far serves them all, because whatever rises above a slope hides everything behind it.
   */
  #traceColumn(across: number, eyeHeight: number, slopes: readonly number[], from: number): Float64Array {
    const distances = new Float64Array(slopes.length).fill(Infinity);
    let next = 0, before = from, heightBefore = this.#ground(across, from);
    for (let distance = from; distance < FARTHEST && next < slopes.length; distance *= STEP) {
      const height = this.#ground(across, distance);
      while (next < slopes.length && eyeHeight + slopes[next]! * distance <= height) {
        const slope = slopes[next]!, step = distance - before;
        const rise = height - heightBefore - slope * step;
        const t = step > 0 ? (eyeHeight + slope * before - heightBefore) / rise : 0;
        distances[next++] = before + clamp(t, 0, 1) * step;
      }
      before = distance;
      heightBefore = height;
    }
    return distances;
  }

  #ground(across: number, distance: number): number {
    const z = this.eye.z + distance;
    return this.landscape.heightAt((this.eye.x + across * distance) / z, Math.log(z));
  }

  /** The light of the land at a distance, or of the sky, through the haze. */
  #seen(across: number, up: number, distance: number, eyeHeight: number): void {
    if (distance === Infinity) return skyLight(across, up, this.turn, this.#colour);
    const z = this.eye.z + distance;
    this.landscape.lightAt((this.eye.x + across * distance) / z, Math.log(z), this.#colour);
    const height = eyeHeight + up * distance;
    this.#grain(this.eye.x + across * distance, z, Math.abs(height));
    this.#veil(across, distance, Math.abs(height));
  }

  /**
   * Fine relief that the landscape's grid, seen from above, cannot represent on steep faces: twigs, cracks
   * and ledges.
   */
  #grain(x: number, z: number, height: number): void {
    const size = 0.011 * 2 ** Math.round(Math.log2(z));
    const relief = fractalNoise(x / size, height / size + 7 * Math.floor(Math.log2(z) + 0.5), 4);
    const shade = Math.exp(1.25 * relief);
    for (let c = 0; c < 3; c++) this.#colour[c] = this.#colour[c]! * shade;
  }

  #water(mirror: Canvas, across: number, up: number, distance: number): void {
    const x = this.eye.x + across * distance, z = this.eye.z + distance;
    waterSlope(x, z, this.turn, 2.2 * distance / 432, this.#slope);
    const slopeX = this.#slope[0]!, slopeZ = this.#slope[1]!;
    const bent = Math.min(-0.002, up - 2 * (slopeZ + slopeX * across) * (distance > 500 ? 0.4 : 1));
    this.#readMirror(mirror, across + 2 * slopeX * up, bent);
    const facing = clamp(-up + slopeZ, 0.005, 1), reflected = 0.03 + 0.9 * (1 - facing) ** 5.5;
    for (let c = 0; c < 3; c++) this.#colour[c] = mix(WATER[c]!, this.#colour[c]!, reflected);
    this.#veil(across, distance, 0);
  }

  #readMirror(mirror: Canvas, across: number, up: number): void {
    const column = clamp(mirror.columnOf(across) - 0.5, 0, mirror.width - 1.001);
    const row = clamp(mirror.rowOf(up) - 0.5, 0, mirror.height - 1.001);
    const i = Math.floor(column), j = Math.floor(row), s = column - i, t = row - j;
    const at = (j * mirror.width + i) * 3, below = at + mirror.width * 3, light = mirror.light;
    for (let c = 0; c < 3; c++) {
      const upper = mix(light[at + c]!, light[at + 3 + c]!, s);
      this.#colour[c] = mix(upper, mix(light[below + c]!, light[below + 3 + c]!, s), t);
    }
  }

  /** Distance haze and the mist on the lake. */
  #veil(across: number, distance: number, height: number): void {
    const haze = 1 - Math.exp(-((distance / 1250) ** 1.25) * Math.exp(-Math.max(0, height) / 420));
    const mist = distance < 40 ? 0 : this.#mist(across, distance, Math.max(0, height));
    const amount = 1 - (1 - haze) * (1 - mist);
    for (let c = 0; c < 3; c++) this.#colour[c] = mix(this.#colour[c]!, hazeLight(across, c), amount);
  }

  /** Mist that drifts to the right: two copies, one loop apart, cross-fade. */
  #mist(across: number, distance: number, height: number): number {
    const thin = Math.exp(-height / 11) * smoothstep(50, 330, distance);
    if (thin < 0.01) return 0;
    const time = this.turn / (2 * Math.PI),
      x = (this.eye.x + across * distance) / 42,
      y = height / 13 + distance / 90;
    const first = fractalNoise(x - 0.5 * time, y, 3), second = fractalNoise(x - 0.5 * (time - 1), y, 3);
    const swirl = (first * (1 - time) + second * time) / Math.hypot(time, 1 - time);
    return thin * clamp(0.36 + 0.9 * swirl, 0, 0.85);
  }
}
