/** The interface of all optical flow estimators; the estimators are in neighbouring files. */

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

/** The motion between two consecutive pictures in both directions. */
export interface FlowPair {
  /** From the current picture to the previous one: where each pixel of the current picture comes from. */
  backward: FlowField;
  /** From the previous picture to the current one. */
  forward: FlowField;
}

/** Options of {@link FlowEstimator.pair}. */
export interface FlowOptions {
  /** Stops waiting; the promise is rejected with the signal's reason. */
  signal?: AbortSignal;
}

/** Finds the motion between two pictures. */
export interface FlowEstimator {
  /** Name of the estimator in logs and settings, such as `dis`. */
  readonly name: string;
  /**
   * The motion between two pictures of the same size in both directions. The pictures are not changed.
   *
   * @throws {RangeError} if the sizes differ or `pixels` does not have 3 * height * width values.
   */
  pair(previous: Picture, current: Picture, options?: FlowOptions): Promise<FlowPair>;
  /** Frees threads and memory, and rejects pairs that are still being computed. Closing twice is allowed. */
  close(): void;
}
