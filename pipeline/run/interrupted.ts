/** Thrown when a dream is stopped on request. The frames so far are kept. */
export class InterruptedError extends Error {
  override readonly name = "InterruptedError";
  /** The playable file with the frames so far; undefined if none was finished. */
  readonly partial: string | undefined;
  /** Number of frames in it. */
  readonly frames: number;

  constructor(frames: number, partial?: string) {
    super(
      partial
        ? `interrupted; the ${frames} frames so far are in ${partial}`
        : "interrupted; nothing was kept",
    );
    this.frames = frames;
    this.partial = partial;
  }
}
