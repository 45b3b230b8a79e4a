/** Shows frames on their way to the encoder, for those who display them while the video is made. */
import type { ComposedFrame } from "./compose.ts";
import type { MotionPictures, MotionWatcher } from "./motion_pictures.ts";
import type { Picture } from "./graphs/tensor_picture.ts";

/** A frame as shown to a watcher. */
export interface WatchedFrame extends Partial<MotionPictures> {
  index: number;
  /** Presentation time in seconds. */
  pts: number;
  /** The dreamed frame at the source's size, RGB. */
  dreamed: Picture;
  /** The same frame before the dream. */
  source: Picture;
}

/** A watcher of every frame. It must not modify what it is given. */
export interface Watcher extends MotionWatcher {
  /** Called with every frame before it is encoded; the dream continues when this returns. */
  frame(frame: WatchedFrame): void;
}

/** The step after composing: shows each frame to the watcher. */
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
