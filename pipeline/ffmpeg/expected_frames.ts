/** What the number of frames follows from. */
export interface SourceLength {
  /** Frames of the whole source, where that is known. */
  frames?: number | undefined;
  /** Nominal frames a second. */
  frameRate: number;
  /** Seconds from the start of the first stream to the end of the last. */
  duration: number;
  /** Seconds to the end of the video stream, where the file tells. */
  videoEnd?: number | undefined;
}

/** A part of a source in seconds; all of it by default. */
export interface SourcePart {
  from?: number | undefined;
  duration?: number | undefined;
}

/** The number of frames in a part of a source, as far as the source tells. */
export function expectedFrames(
  source: SourceLength,
  { from = 0, duration = Infinity }: SourcePart = {},
): number {
  const all = source.frames ?? Math.ceil(source.duration * source.frameRate);
  if (!(source.duration > 0) || from === 0 && duration >= source.duration) return all;
  const seconds = Math.min(duration, source.duration - from);
  return Math.min(all, Math.max(1, Math.ceil(ratePerSecond(source, all) * seconds - 1e-6)));
}

/** The nominal rate where it is kept to; the mean is a little below it where sound begins earlier or ends later. */
function ratePerSecond({ duration, videoEnd = duration, frameRate }: SourceLength, frames: number): number {
  return Math.abs(frames / videoEnd - frameRate) < 0.1 * frameRate ? frameRate : frames / duration;
}
