import type { RenderedPicture } from "../rendering/job.ts";
import type { DreamFiles } from "./dream_files.ts";
import { removeAll } from "./file_tools.ts";

/**
 * Keeps a dreamed frame and the same frame before as pictures of a dream: the first one at once, one from the middle
 * as soon as that is there.
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

  /** Says how many frames will come, so that the middle is known. */
  expect(frames: number | undefined): void {
    this.#middle = frames === undefined ? Infinity : Math.floor(frames / 2);
  }

  /** Whether the frames after this one should come with their source. */
  wantsSourceAfter(index: number): boolean {
    return this.#kept !== "middle" && index >= this.#middle - 2;
  }

  /** Takes a picture if it is wanted; those without a source never are. */
  offer({ index, dreamed, source }: RenderedPicture): void {
    const better = this.#kept === "none" || (this.#kept === "first" && index >= this.#middle);
    if (!better || !source) return;
    this.#kept = index >= this.#middle ? "middle" : "first";
    this.#writing = this.#writing.then(() => this.#write(dreamed, source)).catch(this.#onError);
  }

  /** Resolves when nothing is being written any more. */
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

/** Writes a file so that a reader sees the old one or the new one, whole. */
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
