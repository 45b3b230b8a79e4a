/** What the number of frames is derived from. */
export interface SourceLength {
  /** Number of frames of the whole source, if known. */
  frames?: number | undefined;
  /** Nominal frames per second. */
  frameRate: number;
  /** Seconds from the start of the first stream to the end of the last. */
  duration: number;
  /** Seconds to the first frame, where sound starts first. */
  videoStart?: number | undefined;
  /** Seconds to the end of the video stream, if the file states it. */
  videoEnd?: number | undefined;
}

/** A part of a source, in seconds. Default: all of it. */
export interface SourcePart {
  from?: number | undefined;
  duration?: number | undefined;
}

/** The expected number of frames in a part of a source; an estimate unless the source states its number. */
export function expectedFrames(
  source: SourceLength,
  { from = 0, duration = Infinity }: SourcePart = {},
): number {
  const all = source.frames ?? Math.ceil(source.duration * source.frameRate);
  if (!(source.duration > 0) || from === 0 && duration >= source.duration) return all;
  const withoutPicture = Math.max(0, (source.videoStart ?? 0) - from);
  const seconds = Math.min(duration, source.duration - from) - withoutPicture;
  // Files round their times to microseconds, which is no frame more.
  return Math.min(all, Math.max(1, Math.ceil(ratePerSecond(source, all) * seconds - 1e-3)));
}

/**
 * The nominal rate if the source keeps to it, otherwise the mean rate. The mean is slightly too low if sound
 * begins earlier or ends later than the picture.
 */
function ratePerSecond({ duration, videoEnd = duration, frameRate }: SourceLength, frames: number): number {
  return Math.abs(frames / videoEnd - frameRate) < 0.1 * frameRate ? frameRate : frames / duration;
}
