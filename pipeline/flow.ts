/** The stage that computes optical flow between each frame and the previous one, in both directions. */
import type { Value } from "../models/engine/engine.ts";
import type { FlowEstimator, FlowPair, Picture } from "../models/flow/flow.ts";

/**
 * The stage. It uses each frame's small picture, float32 [1, 3, h, w]; frames without one, and the first,
 * pass unchanged. Flow depends only on source frames, so this stage may run ahead of the dream.
 *
 * @throws the signal's reason when it is aborted
 */
export async function* flowPair<F extends { small?: Value }>(
  frames: AsyncIterable<F>,
  estimator: FlowEstimator | undefined,
  signal?: AbortSignal,
): AsyncGenerator<F & { pair?: FlowPair }> {
  let previous: Picture | undefined;
  for await (const frame of frames) {
    if (!estimator || !frame.small) {
      yield frame;
      continue;
    }
    const current = await hostPicture(frame.small);
    const before = previous;
    previous = current;
    yield before
      ? { ...frame, pair: await estimator.pair(before, current, signal ? { signal } : {}) }
      : frame;
  }
}

async function hostPicture(small: Value): Promise<Picture> {
  const { dims, data } = await small.take();
  return { height: dims[2]!, width: dims[3]!, pixels: data as Float32Array };
}
