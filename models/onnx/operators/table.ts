import type { Node } from "../model.ts";
import { activations } from "./activations.ts";
import { arithmetic } from "./arithmetic.ts";
import { averagePools } from "./average_pool.ts";
import { casts } from "./cast.ts";
import { clip } from "./clip.ts";
import { concat } from "./concat.ts";
import { constants } from "./constant.ts";
import { conv } from "./conv.ts";
import { convTranspose } from "./conv_transpose.ts";
import { blockMoves } from "./depth_to_space.ts";
import { dropout } from "./dropout.ts";
import { einsum } from "./einsum.ts";
import { gathering } from "./gather.ts";
import { gemm } from "./gemm.ts";
import { globalPools } from "./global_pool.ts";
import { gridSample } from "./grid_sample.ts";
import { logic } from "./logic.ts";
import { lrn } from "./lrn.ts";
import { matmul } from "./matmul.ts";
import { maxPool } from "./max_pool.ts";
import { maxUnpool } from "./max_unpool.ts";
import { microsoft } from "./microsoft.ts";
import { normalizations } from "./normalization.ts";
import type { Operator } from "./operator.ts";
import { others } from "./other.ts";
import { pad } from "./pad.ts";
import { reduces } from "./reduce.ts";
import { repeats } from "./repeat.ts";
import { reshapes } from "./reshape.ts";
import { resizes } from "./resize.ts";
import { scattering } from "./scatter.ts";
import { shapes } from "./shape.ts";
import { slice } from "./slice.ts";
import { softmaxes } from "./softmax.ts";
import { split } from "./split.ts";
import { transpose } from "./transpose.ts";

/** The operators of the standard domain that Reverie knows something of. */
const operators: ReadonlyMap<string, Operator> = new Map(Object.entries({
  ...constants,
  ...shapes,
  ...casts,

  ...arithmetic,
  ...logic,
  ...activations,
  Clip: clip,
  ...softmaxes,

  ...reshapes,
  Transpose: transpose,
  ...repeats,
  Concat: concat,
  Split: split,
  Slice: slice,
  Pad: pad,
  ...blockMoves,
  ...gathering,
  ...scattering,

  MatMul: matmul,
  Gemm: gemm,
  Einsum: einsum,
  ...reduces,

  Conv: conv,
  ConvTranspose: convTranspose,
  MaxPool: maxPool,
  MaxUnpool: maxUnpool,
  ...averagePools,
  ...globalPools,
  LRN: lrn,
  ...normalizations,
  Dropout: dropout,

  ...resizes,
  GridSample: gridSample,
  ...others,
}));

const microsoftOperators: ReadonlyMap<string, Operator> = new Map(Object.entries(microsoft));

/** What is known of the operator that a node calls; of other domains little more than how to do without them. */
export function operatorOf({ op, domain }: Node): Operator {
  if (domain === "com.microsoft") return microsoftOperators.get(op) ?? {};
  return domain === "" ? operators.get(op) ?? {} : {};
}
