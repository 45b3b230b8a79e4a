import { PassThrough } from "node:stream";
import { type Exit, runFfmpeg, type Running } from "./command.ts";
import type { Program } from "./locate.ts";

/**
 * A running ffmpeg that reads a Matroska stream from its standard input. Writing waits until ffmpeg has taken what was
 * written before, so that it is never more than a frame behind.
 */
export class EncoderProcess {
  readonly #input = new PassThrough({ readableHighWaterMark: 1, writableHighWaterMark: 1 });
  readonly #running: Running;
  #exit: Exit | undefined;
  #proceed: (() => void) | undefined;

  /** @param options options for the output. @param output path, or slaves of the tee muxer. */
  constructor(program: Program, options: string[], output: string) {
    // A stream of our own needs no looking ahead before its first frame.
    const input = ["-fpsprobesize", "0", "-probesize", "32", "-analyzeduration", "0", "-f", "matroska"];
    this.#running = runFfmpeg(program, {
      inputs: [{ source: this.#input, options: input }],
      options,
      output,
    });
    this.#input.on("drain", () => this.#proceed?.());
    this.#running.done.then((exit) => {
      this.#exit = exit;
      this.#proceed?.();
    });
  }

  /** Writes bytes, which must not change any more; undefined, or how ffmpeg ended if it has. */
  async write(bytes: Uint8Array): Promise<Exit | undefined> {
    if (this.#exit) return this.#exit;
    if (!this.#input.write(bytes)) await new Promise<void>((resolve) => this.#proceed = resolve);
    return this.#exit;
  }

  /** Lets ffmpeg finish what it was given. */
  end(): Promise<Exit> {
    this.#input.end();
    return this.#running.done;
  }
}
