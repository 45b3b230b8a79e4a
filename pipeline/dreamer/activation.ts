/** A layer's activation as a value of a graph. */
export interface Activation {
  value: string;
  /** [1, channels, height, width], or [1, channels] above the last pool. */
  dims: readonly number[];
}
