import { fileArgument } from "./command.ts";
import { safeInput } from "./formats.ts";
import { locate } from "./locate.ts";
import type { SourceInfo } from "./probe.ts";
import { FfmpegProcess } from "./process.ts";

const bytesPerSample = 4;

/**
 * The sound of a source as 32-bit floating point samples, interleaved, from a moment of the source on. Time 0 is the
 * one of its frames: where sound begins later there is silence first. ffmpeg runs only as fast as it is read.
 */
export class SoundReader {
  readonly sampleRate: number;
  readonly channels: number;
  readonly #process: FfmpegProcess;
  readonly #bytes: ReadableStreamBYOBReader;

  private constructor(sampleRate: number, channels: number, process: FfmpegProcess) {
    this.sampleRate = sampleRate;
    this.channels = channels;
    this.#process = process;
    this.#bytes = process.stdout.getReader({ mode: "byob" });
  }

  /** Starts reading; undefined for a source without sound. */
  static async open(
    source: SourceInfo,
    { from = 0, duration }: { from?: number | undefined; duration?: number | undefined } = {},
  ): Promise<SoundReader | undefined> {
    if (!source.audio) return undefined;
    const { sampleRate } = source.audio;
    // Layouts that a number of channels alone does not tell are mixed down.
    const channels = [1, 2, 6, 8].includes(source.audio.channels) ? source.audio.channels : 2;
    const cut = [
      ...(from > 0 ? ["-ss", String(from)] : []),
      ...(duration === undefined ? [] : ["-t", String(duration)]),
    ];
    const process = new FfmpegProcess(await locate("ffmpeg"), "stdout", {
      input: [...safeInput, ...cut, "-i", fileArgument(source.path)],
      options: [
        ...["-map", "0:a:0", "-filter:a", `aresample=${sampleRate}:async=1:first_pts=0`],
        ...["-ac", String(channels), "-ar", String(sampleRate), "-c:a", "pcm_f32le", "-f", "f32le"],
      ],
      output: "pipe:1",
    });
    return new SoundReader(sampleRate, channels, process);
  }

  /** The next samples of every channel, at most that many; fewer only at the end, where it gives none. */
  async read(samples: number): Promise<Uint8Array> {
    const size = bytesPerSample * this.channels;
    const wanted = samples * size;
    const { value } = await this.#bytes.read(new Uint8Array(wanted), { min: wanted });
    return value!.subarray(0, value!.length - value!.length % size);
  }

  /** Ends the process. */
  async close(): Promise<void> {
    this.#process.kill();
    await this.#bytes.cancel();
    await this.#process.done;
  }
}
