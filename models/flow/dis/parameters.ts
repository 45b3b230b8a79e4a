/** How carefully DIS looks. Names follow Kroeger et al. 2016 and Brox et al. 2004. */
export interface DisParameters {
  /** The finest pyramid level on which patches are searched: 0 is full size, each further one half of it. */
  finestScale: number;
  /** Pixels between neighbouring patches of 8 x 8. */
  patchStride: number;
  /** Most gradient descent steps per patch. */
  descentSteps: number;
  /** Variational refinement of the searched levels. */
  refinement: RefinementParameters;
  /** Variational refinement of the levels below `finestScale`, which are only scaled up to. */
  finish: RefinementParameters;
}

/** The energy that variational refinement makes small, and the effort spent on it. */
export interface RefinementParameters {
  /** How often the second image is warped and the data term linearised again. */
  warps: number;
  /** Per warp: how often the robust weights are computed again. */
  fixedPointIterations: number;
  /** Per set of weights: sweeps of successive over-relaxation. */
  sorIterations: number;
  /** Over-relaxation, between 1 and 2. */
  omega: number;
  /** Weight of smooth flow. */
  alpha: number;
  /** Weight of equal brightness. */
  delta: number;
  /** Weight of equal brightness gradients. */
  gamma: number;
  /** How much less smooth the flow has to be across edges of the image; 0 for everywhere alike. */
  edgeSharpness: number;
}

const refinement: RefinementParameters = {
  warps: 1,
  fixedPointIterations: 5,
  sorIterations: 5,
  omega: 1.6,
  alpha: 20,
  delta: 5,
  gamma: 10,
  edgeSharpness: 0,
};

/** A little better than OpenCV's preset "medium". */
export const defaultParameters: DisParameters = {
  finestScale: 1,
  patchStride: 3,
  descentSteps: 16,
  refinement,
  finish: { ...refinement, fixedPointIterations: 2 },
};
