/** Weights as files have them. */
/** One array of weights. */
export interface CheckpointTensor {
  dims: number[];
  /** Row-major, as many elements as the dimensions say. */
  data: Float32Array;
}

/** Tensors by their names in the file, as `module.fnet.conv1.weight`. */
export type Checkpoint = Map<string, CheckpointTensor>;
