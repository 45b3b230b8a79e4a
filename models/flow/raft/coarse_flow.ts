/** Flow on RAFT's grid of 8x8-pixel cells, which is kept from one pair to the next. */

/** Flow in cells: planar [2, rows, columns], u (to the right) before v (down). */
export interface CoarseFlow {
  rows: number;
  columns: number;
  data: Float32Array;
}

/** The result of the updates of one direction. */
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
