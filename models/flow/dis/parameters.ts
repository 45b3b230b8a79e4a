/** Pixels along one side of a patch, as in Kroeger et al. 2016. */
export const PATCH_SIZE = 8;

/** How carefully DIS looks. Names follow Kroeger et al. 2016 and Brox et al. 2004. */
export interface DisParameters {
  /** Pixels between neighbouring patches of 8 x 8, at most 8. */
  patchStride: number;
  /** Most gradient descent steps per patch and pass. */
  descentSteps: number;
  /** Further than this from where it began, in pixels, a patch stays only where it fits far better. */
  farthest: number;
  /** A patch with less texture (mean squared deviation of the gradient, in squared grey levels) stays where it begins. */
  leastTexture: number;
  /** Variational refinement of each level. */
  refinement: RefinementParameters;
}

/** The energy that variational refinement makes small, and the effort spent on it. */
export interface RefinementParameters {
  /** How often the robust weights are computed again. */
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
  /** How quickly smoothness gives way at edges of the image: its weight is exp(-edgeSharpness |gradient| / 255). */
  edgeSharpness: number;
}

/**
 * The weights of OpenCV's preset "medium", which go down to full size here where OpenCV stops at half of it; patches lie
 * a little further apart and need fewer steps, since each is a full Gauss-Newton step. More over-relaxation than OpenCV's
 * 1.6 comes closer in the same number of sweeps.
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
