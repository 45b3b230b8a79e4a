/** The step after the dream: scales the dreamed frame to the source's size and frees intermediate values. */
import type { Value } from "../models/engine/engine.ts";
import type { EncodableFrame } from "./frame.ts";
import type { Motion } from "./motion.ts";
import type { Scaler } from "./graphs/scaler.ts";
import type { MotionPictures } from "./motion_pictures.ts";

/** A dreamed frame, ready to be encoded, with the measurements reported about it. */
export interface ComposedFrame extends EncodableFrame {
  index: number;
  loss: number;
  /** Mean length of the flow as a share of the picture's width. */
  motion: number;
  /** Share of the picture that was visible in the previous frame, 0 to 1; 0 if there was none. */
  visible: number;
  /** The frame as it came from the source, rgb24. */
  source: Uint8Array;
  /** Pictures of its motion, if requested. */
  motionPictures?: MotionPictures;
}

/** What the step needs from a frame. */
export interface ComposeInput extends EncodableFrame {
  index: number;
  picture: Value;
  mixed: Value;
  dreamed: Value;
  loss: number;
  motion?: Motion;
  motionPictures?: MotionPictures;
  /** What the dream's change is added to, rgb24. Default: the source frame. */
  ground?: Uint8Array;
}

/** Adds what each dream changed to its source frame. Frees the values that no later frame needs. */
export async function* compose(
  frames: AsyncIterable<ComposeInput>,
  scaler: Scaler,
): AsyncGenerator<ComposedFrame> {
  for await (const frame of frames) {
    const { index, pts, duration, rgb, picture, mixed, dreamed, loss, motion, motionPictures } = frame;
    const result = await scaler.compose(frame.ground ?? rgb, picture, dreamed);
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
