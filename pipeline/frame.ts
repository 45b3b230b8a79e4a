/**
 * One picture of a video as it was shot: upright, at the stored (not the display) size, 8-bit sRGB-like RGB.
 */
export interface SourceFrame {
  /** Position in the run of frames that were asked for, from 0. */
  index: number;
  /**
   * Presentation time in seconds. Time zero is where the requested part of the source begins, for all its streams:
   * the first picture may come later than 0, and then its sound does not.
   */
  pts: number;
  /** How long the picture is shown, in seconds, above 0. */
  duration: number;
  /** Columns. */
  width: number;
  /** Rows. */
  height: number;
  /** width * height * 3 bytes, red green blue red green blue …, row by row from the top. */
  rgb: Uint8Array;
}

/** What the encoder needs to know of a frame; it must not be written to once it has been handed over. */
export type EncodableFrame = Pick<SourceFrame, "pts" | "duration" | "rgb">;
