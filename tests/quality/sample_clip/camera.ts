/** The viewpoint, which follows a small ellipse once, and the canvas that collects what is seen. */

/** Length of the loop in frames, and the frame rate. */
export const FRAMES = 60, FRAME_RATE = 24;

/** Focal length in picture widths, and the horizon's place in picture heights from the top. */
const FOCAL = 0.9, HORIZON = 0.55;

/** Position of the viewer: metres to the right of, above and beyond the lake's near end. */
export interface Viewpoint {
  x: number;
  y: number;
  z: number;
}

/** The viewpoint at a time in radians; the whole loop is 2π. */
export function viewpointAt(turn: number): Viewpoint {
  return { x: 2.1 * Math.sin(turn), y: 4.3 + 0.35 * Math.cos(turn), z: 1.1 - 1.1 * Math.cos(turn) };
}

/** A picture several times finer than the final frame: linear light and distance, row by row. */
export class Canvas {
  readonly light: Float32Array;
  readonly depth: Float32Array;

  constructor(readonly width: number, readonly height: number) {
    this.light = new Float32Array(width * height * 3);
    this.depth = new Float32Array(width * height);
  }

  /** Pixels per unit of x / z or y / z. */
  get focal(): number {
    return FOCAL * this.width;
  }

  /** x / z at the middle of a column. */
  across(column: number): number {
    return (column + 0.5 - this.width / 2) / this.focal;
  }

  /** y / z at the middle of a row. */
  up(row: number): number {
    return (HORIZON * this.height - row - 0.5) / this.focal;
  }

  /** The column that shows x / z, in fractional pixels. */
  columnOf(across: number): number {
    return across * this.focal + this.width / 2;
  }

  /** The row that shows y / z, in fractional pixels. */
  rowOf(up: number): number {
    return HORIZON * this.height - up * this.focal;
  }

  /** Blends a colour over a pixel. `alpha` is its coverage, 0 … 1; the colour is not premultiplied. */
  cover(column: number, row: number, red: number, green: number, blue: number, alpha: number): void {
    const at = (row * this.width + column) * 3, light = this.light;
    light[at] = light[at]! * (1 - alpha) + red * alpha;
    light[at + 1] = light[at + 1]! * (1 - alpha) + green * alpha;
    light[at + 2] = light[at + 2]! * (1 - alpha) + blue * alpha;
  }
}
