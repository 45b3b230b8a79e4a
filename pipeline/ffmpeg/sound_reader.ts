import { fileArgument } from "./command.ts";
import { sourceOptions } from "./formats.ts";
import { locate } from "./locate.ts";
import type { SourceInfo } from "./probe.ts";
import { FfmpegProcess } from "./process.ts";

const bytesPerSample = 4;

/**
 * Reads the sound of a source, from a given time on, as interleaved 32-bit floating-point samples. Time 0 is
 * that of the frames: if the sound begins later, silence comes first. ffmpeg runs only as fast as it is read.
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

  /**
   * Starts reading; returns undefined if the source has no sound.
   *
   * @param options start and length of the part, in seconds
   * @throws {ReverieError} if ffmpeg is not found or cannot be started
   */
  static async open(
    source: SourceInfo,
    { from = 0, duration }: { from?: number | undefined; duration?: number | undefined } = {},
  ): Promise<SoundReader | undefined> {
    if (!source.audio) return undefined;
    const { sampleRate } = source.audio;
    // Layouts that the number of channels does not identify are mixed down to stereo.
    const channels = [1, 2, 6, 8].includes(source.audio.channels) ? source.audio.channels : 2;
    const cut = [
      ...(from > 0 ? ["-ss", String(from)] : []),
      ...(duration === undefined ? [] : ["-t", String(duration)]),
    ];
    const process = new FfmpegProcess(await locate("ffmpeg"), "stdout", {
      input: [...sourceOptions(source), ...cut, "-i", fileArgument(source.path)],
      options: [
        ...["-map", `0:${source.audio.stream}`, "-filter:a", `aresample=${sampleRate}:async=1:first_pts=0`],
        ...["-ac", String(channels), "-ar", String(sampleRate), "-c:a", "pcm_f32le", "-f", "f32le"],
      ],
      output: "pipe:1",
    });
    return new SoundReader(sampleRate, channels, process);
  }

  /** The next samples of every channel, at most `samples` each; fewer only at the end, and then none. */
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
