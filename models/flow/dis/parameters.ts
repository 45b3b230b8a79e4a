/** Pixels along one side of a patch, as in Kroeger et al. 2016. */
export const PATCH_SIZE = 8;

/** Parameters of DIS. Names follow Kroeger et al. 2016 and Brox et al. 2004. */
export interface DisParameters {
  /** Pixels between neighbouring patches of 8 x 8, at most 8. */
  patchStride: number;
  /** Maximum number of gradient descent steps per patch and pass. */
  descentSteps: number;
  /** A patch that is more than this many pixels from its start stays there only if it fits far better. */
  farthest: number;
  /** A patch with less texture (mean squared deviation of the gradient, in squared grey levels) keeps its start. */
  leastTexture: number;
  /** Variational refinement of each level. */
  refinement: RefinementParameters;
}

/** The energy that variational refinement minimises, and the effort spent on it. */
export interface RefinementParameters {
  /** How often the robust weights are computed. */
  fixedPointIterations: number;
  /** Sweeps of successive over-relaxation per set of weights. */
  sorIterations: number;
  /** Over-relaxation factor, between 1 and 2. */
  omega: number;
  /** Weight of smooth flow. */
  alpha: number;
  /** Weight of equal brightness. */
  delta: number;
  /** Weight of equal brightness gradients. */
  gamma: number;
  /** How quickly smoothness decreases at edges of the image: its weight is exp(-edgeSharpness |gradient| / 255). */
  edgeSharpness: number;
}

/**
 * The weights of OpenCV's preset "medium". Unlike OpenCV, which stops at half size, levels go to full size. Patches are
 * a little further apart and need fewer steps, since each is a full Gauss-Newton step. A higher over-relaxation than
 * OpenCV's 1.6 converges further in the same number of sweeps.
 */
export const defaultParameters: DisParameters = {
  patchStride: 4,
  descentSteps: 8,
  farthest: Infinity,
  leastTexture: 0,
  refinement: {
    fixedPointIterations: 5,
    sorIterations: 5,
    omega: 1.8,
    alpha: 20,
    delta: 5,
    gamma: 10,
    edgeSharpness: 10,
  },
};
