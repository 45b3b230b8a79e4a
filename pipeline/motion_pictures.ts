/** Pictures of how frames move, for those who look on. */
import type { Motion } from "./motion.ts";
import { flowPicture, type Picture, tensorPicture } from "./graphs/tensor_picture.ts";

/** How a frame moved since the one before, at the working size. */
export interface MotionPictures {
  /** Backward flow in the colours of Baker et al. 2011, RGB. */
  flow: Picture;
  /** White where the pixel was visible in the previous frame, grey. */
  mask: Picture;
}

/** Somebody who may want to see how frames move. */
export interface MotionWatcher {
  /** Whether the next frame should bring pictures of its motion, which cost a copy. */
  wantsMotion(): boolean;
}

/** The step before the frame is composed: takes pictures of its motion as long as it is there. */
export async function* pictureMotion<F extends { motion?: Motion }>(
  frames: AsyncIterable<F>,
  watcher: MotionWatcher,
): AsyncGenerator<F & { motionPictures?: MotionPictures }> {
  for await (const frame of frames) {
    if (!frame.motion || !watcher.wantsMotion()) yield frame;
    else yield { ...frame, motionPictures: await picturesOf(frame.motion) };
  }
}

async function picturesOf(motion: Motion): Promise<MotionPictures> {
  const [flow, mask] = await Promise.all([motion.flow.read(), motion.mask.read()]);
  return { flow: flowPicture(flow), mask: tensorPicture(mask) };
}
