/** Pictures of how frames move, for viewers. */
import type { Motion } from "./motion.ts";
import { flowPicture, type Picture, tensorPicture } from "./graphs/tensor_picture.ts";

/** How a frame moved since the previous one, at the working size. */
export interface MotionPictures {
  /** Backward flow in the colours of Baker et al. 2011, RGB. */
  flow: Picture;
  /** Grey picture; white where the pixel was visible in the previous frame. */
  mask: Picture;
}

/** A viewer that may want to see how frames move. */
export interface MotionWatcher {
  /** Whether the next frame should carry pictures of its motion, which cost a copy. */
  wantsMotion(): boolean;
}

/** The step before composing: makes pictures of the frame's motion while its tensors still exist. */
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
