/** Flow on RAFT's grid of 8x8 pixels, as it is kept from one pair to the next. */

/** Flow in cells: planar [2, rows, columns], u (to the right) before v (down). */
export interface CoarseFlow {
  rows: number;
  columns: number;
  data: Float32Array;
}

/** What the updates of one direction came to. */
export interface CoarseState {
  flow: CoarseFlow;
  /** The recurrent state, [hidden, rows, columns]. */
  hidden: Float32Array;
}

/** Both directions of a pair. */
export interface CoarsePair {
  forward: CoarseState;
  backward: CoarseState;
}
