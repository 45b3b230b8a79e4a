import type { Program } from "./locate.ts";
import type { Exit } from "./log.ts";
import { FfmpegProcess } from "./process.ts";

// Our own stream needs no probing before its first frame.
const input = [
  "-fpsprobesize",
  "0",
  "-probesize",
  "32",
  "-analyzeduration",
  "0",
  "-f",
  "matroska",
  "-i",
  "pipe:0",
];

/**
 * A running ffmpeg that reads a Matroska stream from its standard input. Writing waits until ffmpeg has taken
 * what was written before, so that ffmpeg is never more than a frame behind.
 */
export class EncoderProcess {
  readonly #process: FfmpegProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  #exit: Exit | undefined;

  /**
   * @param options options for the output
   * @param output path, or slaves of the tee muxer
   * @param cwd folder to run in
   */
  constructor(program: Program, options: string[], output: string, cwd?: string) {
    const where = cwd === undefined ? {} : { cwd };
    this.#process = new FfmpegProcess(program, "stdin", { input, options, output, ...where });
    this.#input = this.#process.stdin.getWriter();
    this.#input.closed.catch(() => {});
  }

  /**
   * Writes bytes, which must not be modified afterwards.
   *
   * @returns undefined, or how ffmpeg ended if it has
   */
  async write(bytes: Uint8Array): Promise<Exit | undefined> {
    try {
      await this.#input.ready;
      this.#input.write(bytes).catch(() => {});
    } catch {
      // The pipe is broken: ffmpeg has ended.
      this.#exit = await this.#process.done;
    }
    return this.#exit;
  }

  /** Lets ffmpeg finish what it was given. */
  async end(): Promise<Exit> {
    await this.#input.close().catch(() => {});
    return await this.#process.done;
  }
}
