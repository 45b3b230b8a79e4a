import type { SourceInfo } from "../ffmpeg/probe.ts";

/** Where the sound comes from and which part of it. */
export interface SoundSource {
  source: SourceInfo;
  /** Seconds from the start of the source: what frames call time 0. */
  from?: number;
  /** Seconds of sound at most. */
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
  /** Width over height of one pixel; square by default. */
  sampleAspect?: { num: number; den: number };
  /** Nominal frames a second; the frames' own time stamps decide. */
  frameRate: { num: number; den: number };
  /** Sound to go with the frames; left out where the source or the container is silent. */
  sound?: SoundSource;
  /** Written into the file: `title`, `comment`, `description`, `artist`, `copyright` are kept by every video. */
  metadata?: Readonly<Record<string, string>>;
  /** Constant quality on x264's scale, 0 to 51, lower is better; other encoders get what looks alike. Default 18. */
  quality?: number;
  /** Folder for progressive HLS (index.m3u8, segments of a second in fragmented MP4), made if it is not there. */
  hls?: string;
  /** Interrupts: what was written so far becomes a playable file, and the generator throws the signal's reason. */
  signal?: AbortSignal;
  /** Told once, when everything is closed, what came of it: also when encoding was interrupted or failed. */
  onResult?: (result: EncodeResult) => void;
}

/** What an encoder left behind. */
export interface EncodeResult {
  /** The finished file, or the playable part of it, or undefined where not one frame could be kept. */
  path?: string;
  /** Whether {@link path} is the whole output under its final name. */
  complete: boolean;
  /** Frames written. */
  frames: number;
}
