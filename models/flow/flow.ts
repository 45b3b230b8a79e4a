/** What every estimator of optical flow takes and gives; the estimators themselves are files beside this one. */

/** A picture to find motion in. */
export interface Picture {
  width: number;
  height: number;
  /** Planar RGB [3, height, width] in [0, 1]. */
  pixels: Float32Array;
}

/** Motion from picture A to picture B, on A's grid: the pixel p of A is found at p + w(p) in B. */
export interface FlowField {
  width: number;
  height: number;
  /** Planar [2, height, width] in pixels: u (to the right), then v (down). */
  data: Float32Array;
}

/** The motion between two neighbouring pictures, both ways. */
export interface FlowPair {
  /** From the current picture to the previous one: where to fetch what flows into the current picture. */
  backward: FlowField;
  /** From the previous picture to the current one. */
  forward: FlowField;
}

/** Options of {@link FlowEstimator.pair}. */
export interface FlowOptions {
  /** Gives up waiting; the promise is rejected with the signal's reason. */
  signal?: AbortSignal;
}

/** Something that finds the motion between two pictures. */
export interface FlowEstimator {
  /** How the estimator is called in logs and settings, for example `dis`. */
  readonly name: string;
  /**
   * The motion between two pictures of the same size, both ways. The pictures are only read.
   *
   * @throws {RangeError} when the sizes differ or `pixels` does not have 3 * height * width values.
   */
  pair(previous: Picture, current: Picture, options?: FlowOptions): Promise<FlowPair>;
  /** Frees threads and memory; what is still being computed is rejected. Closing twice is allowed. */
  close(): void;
}
