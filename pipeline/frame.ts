/** One frame of a video: upright, at the stored (not the display) size, 8-bit sRGB-like RGB. */
export interface SourceFrame {
  /** Position among the requested frames, from 0. */
  index: number;
  /**
   * Presentation time in seconds. Time 0 is where the requested part of the source begins, for all its
   * streams: the first frame may be later than 0 while its sound is not.
   */
  pts: number;
  /** Seconds that the picture is shown, above 0. */
  duration: number;
  /** Columns. */
  width: number;
  /** Rows. */
  height: number;
  /** width * height * 3 bytes: interleaved red, green, blue, row by row from the top. */
  rgb: Uint8Array;
}

/**
 * What the encoder needs from a frame. The pixels must not be modified once the frame has been handed over.
 */
export type EncodableFrame = Pick<SourceFrame, "pts" | "duration" | "rgb">;
