/** A look at the frames on their way to the encoder, for those who show them while the video is made. */
import type { ComposedFrame } from "./compose.ts";
import type { MotionPictures, MotionWatcher } from "./motion_pictures.ts";
import type { Picture } from "./graphs/tensor_picture.ts";

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
export interface Watcher extends MotionWatcher {
  /** Called with every frame before it is encoded; the dream goes on when this returns. */
  frame(frame: WatchedFrame): void;
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
