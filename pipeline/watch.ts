/** A look at the frames on their way to the encoder, for those who show them while the video is made. */
import type { ComposedFrame } from "./compose.ts";
import type { Motion } from "./motion.ts";
import { flowPicture, type Picture, tensorPicture } from "./tensor_picture.ts";

/** How a frame moved since the one before, at the working size. */
export interface MotionPictures {
  /** Backward flow in the colours of Baker et al. 2011, RGB. */
  flow: Picture;
  /** White where the pixel was visible in the previous frame, grey. */
  mask: Picture;
}

/** A frame with what was seen of it on the way. */
export interface WatchedFrame extends Partial<MotionPictures> {
  index: number;
  /** Presentation time in seconds. */
  pts: number;
  /** The dreamed frame at the source's size, RGB. */
  dreamed: Picture;
  /** The same frame before. */
  source: Picture;
}

/** Somebody who looks at every frame. What it is given must not be written to. */
export interface Watcher {
  /** Whether the frame that comes next shall bring pictures of its motion, which cost a copy. */
  wantsMotion(): boolean;
  /** Called with every frame before it is encoded; the dream goes on when this returns. */
  frame(frame: WatchedFrame): void;
}

/** The step before the frame is composed: takes pictures of its motion as long as it is there. */
export async function* pictureMotion<F extends { motion?: Motion }>(
  frames: AsyncIterable<F>,
  watcher: Watcher,
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

/** The step after: shows each frame to the watcher. */
export async function* watch<F extends ComposedFrame>(
  frames: AsyncIterable<F>,
  watcher: Watcher,
  size: { width: number; height: number },
): AsyncGenerator<F> {
  const picture = (data: Uint8Array): Picture => ({ ...size, channels: 3, data });
  for await (const frame of frames) {
    const { index, pts, rgb, source, motionPictures } = frame;
    watcher.frame({ index, pts, dreamed: picture(rgb), source: picture(source), ...motionPictures });
    yield frame;
  }
}
