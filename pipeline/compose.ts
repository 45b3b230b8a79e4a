/** The step after the dream: the dreamed frame at the source's size, and an end to the values made on the way. */
import type { Value } from "../models/engine/engine.ts";
import type { EncodableFrame } from "./frame.ts";
import type { Motion } from "./motion.ts";
import type { Scaler } from "./graphs/scaler.ts";
import type { MotionPictures } from "./motion_pictures.ts";

/** A frame as it leaves the dream, ready to be encoded, with what is told about it. */
export interface ComposedFrame extends EncodableFrame {
  index: number;
  loss: number;
  /** Mean length of the flow as a share of the picture's width. */
  motion: number;
  /** Share of the picture that was visible in the frame before; 0 where there was none. */
  visible: number;
  /** The frame as it came from the source, rgb24. */
  source: Uint8Array;
  /** Pictures of how it moved, where they were asked for. */
  motionPictures?: MotionPictures;
}

/** What the step needs of a frame. */
export interface ComposeInput extends EncodableFrame {
  index: number;
  picture: Value;
  mixed: Value;
  dreamed: Value;
  loss: number;
  motion?: Motion;
  motionPictures?: MotionPictures;
}

/** Lays each dream over its source frame. Frees the values that no later frame needs. */
export async function* compose(
  frames: AsyncIterable<ComposeInput>,
  scaler: Scaler,
): AsyncGenerator<ComposedFrame> {
  for await (const frame of frames) {
    const { index, pts, duration, rgb, picture, mixed, dreamed, loss, motion, motionPictures } = frame;
    const result = await scaler.compose(rgb, picture, dreamed);
    if (mixed !== picture) mixed.release();
    motion?.flow.release();
    motion?.mask.release();
    yield {
      index,
      pts,
      duration,
      rgb: result,
      loss,
      motion: motion?.motion ?? 0,
      visible: motion?.visible ?? 0,
      source: rgb,
      ...(motionPictures && { motionPictures }),
    };
  }
}
