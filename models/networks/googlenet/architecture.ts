/** The architecture of GoogLeNet: table 1 of Szegedy et al. 2015, with the names of Caffe's `bvlc_googlenet`. */

/** Numbers of filters in an inception block: 1x1; 3x3 and its reduction; 5x5 and its reduction; 1x1 after the pool. */
export interface BlockFilters {
  one: number;
  threeReduce: number;
  three: number;
  fiveReduce: number;
  five: number;
  pool: number;
}

/** The inception blocks in order; Caffe's names begin with `inception_`. */
export const blocks: Readonly<Record<string, BlockFilters>> = {
  "3a": { one: 64, threeReduce: 96, three: 128, fiveReduce: 16, five: 32, pool: 32 },
  "3b": { one: 128, threeReduce: 128, three: 192, fiveReduce: 32, five: 96, pool: 64 },
  "4a": { one: 192, threeReduce: 96, three: 208, fiveReduce: 16, five: 48, pool: 64 },
  "4b": { one: 160, threeReduce: 112, three: 224, fiveReduce: 24, five: 64, pool: 64 },
  "4c": { one: 128, threeReduce: 128, three: 256, fiveReduce: 24, five: 64, pool: 64 },
  "4d": { one: 112, threeReduce: 144, three: 288, fiveReduce: 32, five: 64, pool: 64 },
  "4e": { one: 256, threeReduce: 160, three: 320, fiveReduce: 32, five: 128, pool: 128 },
  "5a": { one: 256, threeReduce: 160, three: 320, fiveReduce: 32, five: 128, pool: 128 },
  "5b": { one: 384, threeReduce: 192, three: 384, fiveReduce: 48, five: 128, pool: 128 },
};

/** Name of the layer of class scores. */
export const classifier = "loss3/classifier";

/** Channels of the last block's output. */
export const lastChannels = 1024;

/** A filter's dimensions: [filters, channels, height, width]. */
export type FilterDims = readonly [number, number, number, number];

/** The 57 convolutions by Caffe's names, from the input upwards, with the dimensions of their filters. */
export const convolutions: ReadonlyMap<string, FilterDims> = new Map(
  [
    ["conv1/7x7_s2", [64, 3, 7, 7]],
    ["conv2/3x3_reduce", [64, 64, 1, 1]],
    ["conv2/3x3", [192, 64, 3, 3]],
    ...ofBlocks(192),
  ] as [string, FilterDims][],
);

function ofBlocks(channels: number): [string, FilterDims][] {
  return Object.entries(blocks).flatMap(([name, filters]) => {
    const { one, threeReduce, three, fiveReduce, five, pool } = filters;
    const convolutions: [string, FilterDims][] = [
      [`inception_${name}/1x1`, [one, channels, 1, 1]],
      [`inception_${name}/3x3_reduce`, [threeReduce, channels, 1, 1]],
      [`inception_${name}/3x3`, [three, threeReduce, 3, 3]],
      [`inception_${name}/5x5_reduce`, [fiveReduce, channels, 1, 1]],
      [`inception_${name}/5x5`, [five, fiveReduce, 5, 5]],
      [`inception_${name}/pool_proj`, [pool, channels, 1, 1]],
    ];
    channels = one + three + five + pool;
    return convolutions;
  });
}

/** Weights of a convolution or of the classifier. */
export interface LayerWeights {
  /** [filters, channels, height, width]; the classifier's has a height and width of 1. */
  filter: Float32Array;
  /** One value per filter. */
  bias: Float32Array;
}

/**
 * The weights by Caffe's names: all convolutions, and the classifier if there is one. They expect BGR pictures from 0
 * to 255 minus the mean.
 */
export type GoogLeNetWeights = ReadonlyMap<string, LayerWeights>;
