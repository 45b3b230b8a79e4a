/** How to turn a picture upright: first mirror it left to right if `mirrored`, then rotate it clockwise. */
export interface Orientation {
  mirrored: boolean;
  /** Degrees, clockwise. */
  clockwise: 0 | 90 | 180 | 270;
}

/** The sound of a source: the first audio stream. */
export interface AudioInfo {
  /** ffmpeg's name of the codec, such as `aac`. */
  codec: string;
  /** Samples per second. */
  sampleRate: number;
  channels: number;
}

/** ffmpeg's names for the colours of the stored samples; undefined if the file does not state them. */
export interface ColourInfo {
  /** YCbCr matrix, such as `bt709`. */
  matrix?: string;
  /** `tv` (16 to 235) or `pc` (0 to 255). */
  range?: "tv" | "pc";
  /** Transfer function, such as `smpte2084`. */
  transfer?: string;
  /** Primaries, such as `bt2020`. */
  primaries?: string;
}

/** What is known about a video or picture before it is decoded. */
export interface SourceInfo {
  path: string;
  kind: "video" | "picture";
  /** ffmpeg's name of the container, such as `mov,mp4,m4a,3gp,3g2,mj2`. */
  container: string;
  /** ffmpeg's name of the video codec, such as `h264`. */
  codec: string;
  /** ffmpeg's name of the pixel format, such as `yuv420p`. */
  pixelFormat: string;
  /** Index of the video stream within the file. */
  stream: number;
  /** Columns of the upright picture, in stored (not display) pixels. */
  width: number;
  /** Rows of the upright picture. */
  height: number;
  /** Width of an upright pixel divided by its height; 1 for square pixels. */
  sampleAspect: { num: number; den: number };
  /** What decoding does to make the stored picture upright. */
  orientation: Orientation;
  /** Nominal frames per second, as a fraction. A source of variable rate may never keep to it. */
  frameRate: { num: number; den: number };
  /** Number of frames. */
  frames: number;
  /**
   * Whether {@link frames} was counted (by the container, or by reading the file); otherwise it is estimated
   * from duration and rate.
   */
  framesExact: boolean;
  /** Seconds from the start of the first stream to the end of the last. */
  duration: number;
  /** Time on the container's clock, in seconds, at which its first stream starts. */
  startTime: number;
  /** Seconds from {@link startTime} to the end of the video stream, if the file states it. */
  videoEnd?: number;
  /** The sound, if any. */
  audio?: AudioInfo;
  interlaced: boolean;
  /** High dynamic range: `pq` (SMPTE ST 2084) or `hlg` (ARIB STD-B67). */
  hdr?: "pq" | "hlg";
  /** Whether the picture has transparency. */
  alpha: boolean;
  colour: ColourInfo;
}
