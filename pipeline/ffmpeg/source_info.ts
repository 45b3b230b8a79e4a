/** How a picture has to be turned to stand upright: first mirrored left to right if it says so, then turned clockwise. */
export interface Orientation {
  mirrored: boolean;
  /** Degrees, clockwise. */
  clockwise: 0 | 90 | 180 | 270;
}

/** The sound of a source: the first audio stream. */
export interface AudioInfo {
  /** ffmpeg's name, such as `aac`. */
  codec: string;
  /** Samples a second. */
  sampleRate: number;
  channels: number;
}

/** Names of ffmpeg for the colours of the stored samples; undefined where the file does not say. */
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

/** What is known of a video or picture before it is decoded. */
export interface SourceInfo {
  path: string;
  kind: "video" | "picture";
  /** ffmpeg's name of the container, such as `mov,mp4,m4a,3gp,3g2,mj2`. */
  container: string;
  /** ffmpeg's name of the video codec, such as `h264`. */
  codec: string;
  /** ffmpeg's name of the stored samples, such as `yuv420p`. */
  pixelFormat: string;
  /** Index of the video stream within the file. */
  stream: number;
  /** Columns of the upright picture, stored (not display) pixels. */
  width: number;
  /** Rows of the upright picture. */
  height: number;
  /** Width over height of one upright pixel, 1 for square ones. */
  sampleAspect: { num: number; den: number };
  /** What decoding does to make the stored picture upright. */
  orientation: Orientation;
  /** Nominal frames a second: numerator and denominator. A source of variable rate may keep to it nowhere. */
  frameRate: { num: number; den: number };
  /** Number of frames. */
  frames: number;
  /** Whether {@link frames} was counted (by the container, or by reading) or follows from duration and rate. */
  framesExact: boolean;
  /** Seconds from the start of the first stream to the end of the last. */
  duration: number;
  /** Seconds on the container's own clock at which its first stream starts. */
  startTime: number;
  /** Seconds from {@link startTime} to the end of the video stream, where the file tells. */
  videoEnd?: number;
  /** The sound, if there is any. */
  audio?: AudioInfo;
  interlaced: boolean;
  /** High dynamic range: `pq` (SMPTE ST 2084) or `hlg` (ARIB STD-B67). */
  hdr?: "pq" | "hlg";
  /** The picture has transparency. */
  alpha: boolean;
  colour: ColourInfo;
}
