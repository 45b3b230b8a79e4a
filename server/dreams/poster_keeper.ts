import type { RenderedPicture } from "../rendering/job.ts";
import type { DreamFiles } from "./dream_files.ts";
import { removeAll } from "./file_tools.ts";

/**
 * Keeps a dreamed frame and its source frame as a dream's pictures: first the first frame, later one from the
 * middle.
 */
export class PosterKeeper {
  readonly #files: Pick<DreamFiles, "poster" | "before">;
  readonly #onKept: () => void;
  readonly #onError: (error: unknown) => void;
  #middle = Infinity;
  #kept: "none" | "first" | "middle" = "none";
  #writing: Promise<void> = Promise.resolve();

  constructor(
    files: Pick<DreamFiles, "poster" | "before">,
    onKept: () => void,
    onError: (error: unknown) => void,
  ) {
    this.#files = files;
    this.#onKept = onKept;
    this.#onError = onError;
  }

  /** Sets how many frames will come, which determines the middle. */
  expect(frames: number | undefined): void {
    this.#middle = frames === undefined ? Infinity : Math.floor(frames / 2);
  }

  /** Whether the frames after this index should come with their source. */
  wantsSourceAfter(index: number): boolean {
    return this.#kept !== "middle" && index >= this.#middle - 2;
  }

  /** Takes a picture if it is needed; pictures without a source are ignored. */
  offer({ index, dreamed, source }: RenderedPicture): void {
    const better = this.#kept === "none" || (this.#kept === "first" && index >= this.#middle);
    if (!better || !source) return;
    this.#kept = index >= this.#middle ? "middle" : "first";
    this.#writing = this.#writing.then(() => this.#write(dreamed, source)).catch(this.#onError);
  }

  /** Resolves once all writes are done. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  async #write(dreamed: Uint8Array, source: Uint8Array): Promise<void> {
    const { poster, before } = this.#files;
    await replaceFile(before, source);
    await replaceFile(poster, dreamed);
    this.#onKept();
  }
}

/** Replaces a file atomically: a reader sees either the old or the new one. */
async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
  const making = `${path}.new`;
  try {
    await Deno.writeFile(making, bytes);
    await Deno.rename(making, path);
  } catch (error) {
    await removeAll(making);
    throw error;
  }
}
