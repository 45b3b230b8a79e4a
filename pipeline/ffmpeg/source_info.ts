import type { Line } from "../../models/line.ts";
import type { Chapter } from "./labels.ts";
import type { ClockPart } from "./source_clock.ts";

/** How to turn a picture upright: first mirror it left to right if `mirrored`, then rotate it clockwise. */
export interface Orientation {
  mirrored: boolean;
  /** Degrees, clockwise. */
  clockwise: 0 | 90 | 180 | 270;
}

/** The sound of a source: one of its audio streams. */
export interface AudioInfo {
  /** Index of the stream within the file. */
  stream: number;
  /** ffmpeg's name of the codec, such as `aac`. */
  codec: string;
  /** Samples per second. */
  sampleRate: number;
  channels: number;
  /** Language, usually as three letters (ISO 639-2), if the file states it. */
  language?: string;
  /** Name of the sound, such as `Director's commentary`. */
  title?: string;
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
  /** What decodes it: libvips most pictures and animated WebP, ffmpeg everything else. */
  reader: "ffmpeg" | "libvips";
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
  /** Time on the container's clock, in seconds, at which picture or sound starts, whichever is first. */
  startTime: number;
  /** The runs of the container's clock, if it starts again midway. */
  clock?: readonly ClockPart[];
  /** Seconds from {@link startTime} to the end of the video stream, if the file states it. */
  videoEnd?: number;
  /** Seconds that each frame is shown, if the file lists them (animated WebP). */
  frameDurations?: number[];
  /** How many times a GIF or animated WebP is shown; 0 means for ever. */
  plays?: number;
  /** Whether a stream starts so late that ffmpeg has to look further into the file than by default. */
  startsLate?: boolean;
  /** The sound, if any. */
  audio?: AudioInfo;
  interlaced: boolean;
  /** High dynamic range: `pq` (SMPTE ST 2084) or `hlg` (ARIB STD-B67). */
  hdr?: "pq" | "hlg";
  /** Whether the picture has transparency. */
  alpha: boolean;
  colour: ColourInfo;
  /** Descriptive tags, such as `title`. */
  labels: Readonly<Record<string, string>>;
  chapters: readonly Chapter[];
  /** What the user may want to know: one line each, about streams that are left out, for example. */
  notes: readonly Line[];
}
