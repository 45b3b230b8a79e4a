import type { Line } from "../../models/line.ts";
import type { Chapter } from "../ffmpeg/labels.ts";
import type { SourceInfo } from "../ffmpeg/probe.ts";

/** The source of the sound, and which part of it. */
export interface SoundSource {
  source: SourceInfo;
  /** Seconds from the start of the source; the time 0 of the frames. */
  from?: number;
  /** Maximum duration in seconds. */
  duration?: number;
}

/** What to write. */
export interface EncodeOptions {
  /** The file: .mp4, .mkv, .webm, .gif, .png or .jpg. */
  path: string;
  /** Columns of the frames. */
  width: number;
  /** Rows of the frames. */
  height: number;
  /** Width of a pixel divided by its height. Default: square. */
  sampleAspect?: { num: number; den: number };
  /** Nominal frames per second; the frames' own time stamps take precedence. */
  frameRate: { num: number; den: number };
  /** Sound for the frames; absent if the source has none. */
  sound?: SoundSource;
  /** Chapters, in seconds of the frames' time; pictures and GIF have none. */
  chapters?: readonly Chapter[];
  /** How many times a GIF is shown; 0 means for ever. Default: 0. */
  plays?: number;
  /** Metadata of the file; all videos keep `title`, `comment`, `description`, `artist` and `copyright`. */
  metadata?: Readonly<Record<string, string>>;
  /**
   * Constant quality on x264's scale, 0 to 51, lower is better; mapped to a similar quality for other
   * encoders. Default: 18.
   */
  quality?: number;
  /** Folder for progressive HLS (index.m3u8, one-second segments in fragmented MP4); created if missing. */
  hls?: string;
  /** Interrupts: the frames so far become a playable file, and the generator throws the signal's reason. */
  signal?: AbortSignal;
  /** Called with one line about something that the user should know and that does not end the encoding. */
  onWarning?: (line: Line) => void;
  /** Called once with the result when everything is closed, even if encoding was interrupted or failed. */
  onResult?: (result: EncodeResult) => void;
}

/** What an encoder left behind. */
export interface EncodeResult {
  /** The finished file, or its playable part; absent if no frame could be kept. */
  path?: string;
  /** Whether {@link path} is the complete output under its final name. */
  complete: boolean;
  /** Frames written. */
  frames: number;
}
