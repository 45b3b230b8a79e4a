/** Weights as files have them. */
/** One array of weights. */
export interface CheckpointTensor {
  dims: number[];
  /** Row-major; its length is the product of `dims`. */
  data: Float32Array;
}

/** Tensors by their names in the file, such as `module.fnet.conv1.weight`. */
export type Checkpoint = Map<string, CheckpointTensor>;
