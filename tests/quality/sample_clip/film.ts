/** Converts light to film: the frames of the clip as 8-bit RGB. */
import { Canvas, FRAMES, viewpointAt } from "./camera.ts";
import { paintGulls, paintPines } from "./foreground.ts";
import { Landscape } from "./landscape.ts";
import { clamp, mix, seededRandom } from "./noise.ts";
import { drawPine } from "./pine.ts";
import { paintScene } from "./scene.ts";

/**
 * Size of the frames in pixels, samples per pixel in each direction, and the resolution of the landscape's
 * grid.
 */
export interface FilmOptions {
  width: number;
  height: number;
  samples: number;
  columns: number;
  rows: number;
}

/** The size and quality of the shipped film. */
export const FULL_FILM: FilmOptions = { width: 480, height: 270, samples: 3, columns: 2300, rows: 2000 };

/** Everything that is computed once for all frames. */
export class Film {
  readonly #landscape: Landscape;
  readonly #pines;
  readonly #canvas: Canvas;
  readonly #mirror: Canvas;

  constructor(readonly options: FilmOptions) {
    this.#landscape = new Landscape(options.columns, options.rows);
    this.#pines = [3, 14, 25].map((seed) => drawPine(seed, Math.min(1400, 8 * options.height)));
    this.#canvas = new Canvas(options.width * options.samples, options.height * options.samples);
    this.#mirror = new Canvas(options.width, options.height);
  }

  /**
   * Draws frame `index` (repeating every {@linkcode FRAMES}) as interleaved 8-bit RGB, row by row from the
   * top.
   */
  frame(index: number): Uint8Array {
    const turn = 2 * Math.PI * (index % FRAMES) / FRAMES, eye = viewpointAt(turn);
    paintScene(this.#canvas, this.#mirror, this.#landscape, eye, turn);
    paintGulls(this.#canvas, turn);
    paintPines(this.#canvas, this.#pines, this.#landscape, eye, turn);
    return this.#develop(index % FRAMES);
  }

  /** Exposes every sample before averaging a pixel, so that bright edges stay smooth; adds grain. */
  #develop(index: number): Uint8Array {
    const { width, height } = this.options;
    const random = seededRandom(index + 1000), film = new Uint8Array(width * height * 3);
    for (let pixel = 0; pixel < width * height; pixel++) {
      const x = pixel % width, y = Math.floor(pixel / width);
      const vignette = 1 - 0.42 * ((x / width - 0.5) ** 2 + (y / height - 0.5) ** 2);
      const grain = (random() + random() + random() - 1.5) * 2.4;
      const colour = [0, 1, 2].map((c) => this.#exposed(x, y, c, vignette));
      const grey = 0.25 * colour[0]! + 0.6 * colour[1]! + 0.15 * colour[2]!;
      for (let c = 0; c < 3; c++) {
        const value = mix(grey, colour[c]!, 1.16);
        film[pixel * 3 + c] = Math.round(clamp(255 * value + grain, 0, 255));
      }
    }
    return film;
  }

  /** The mean of a pixel's samples in one channel, 0 … 1, after the film's response. */
  #exposed(x: number, y: number, channel: number, brightness: number): number {
    const { width, samples } = this.options, light = this.#canvas.light;
    let sum = 0;
    for (let j = 0; j < samples; j++) {
      const row = ((y * samples + j) * width + x) * samples;
      for (let i = 0; i < samples; i++) sum += expose(light[(row + i) * 3 + channel]! * brightness);
    }
    return sum / samples ** 2;
  }
}

/** A film's response: toe, straight part and shoulder (Narkowicz's fit of the ACES curve), then display gamma. */
function expose(light: number): number {
  const x = light * 0.82;
  return Math.min(1, (x * (2.51 * x + 0.03)) / (x * (2.43 * x + 0.59) + 0.14)) ** (1 / 2.2);
}
