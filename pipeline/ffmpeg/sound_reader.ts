import { fileArgument } from "./command.ts";
import { sourceOptions } from "./formats.ts";
import { locate } from "./locate.ts";
import type { Exit } from "./log.ts";
import type { AudioInfo, SourceInfo } from "./probe.ts";
import { FfmpegProcess } from "./process.ts";

const bytesPerSample = 4;

/** Samples of each channel that are read to see whether there are any. */
const firstSamples = 1024;

/** Options of {@link SoundReader.open}. */
export interface SoundReaderOptions {
  from?: number | undefined;
  duration?: number | undefined;
  onUnread?: (reason: string) => void;
}

/**
 * Reads the sound of a source, from a given time on, as interleaved 32-bit floating-point samples. Time 0 is
 * that of the frames: if the sound begins later, silence comes first. ffmpeg runs only as fast as it is read.
 */
export class SoundReader {
  readonly sampleRate: number;
  readonly channels: number;
  readonly language: string | undefined;
  readonly title: string | undefined;
  readonly #process: FfmpegProcess;
  readonly #bytes: ReadableStreamBYOBReader;
  /** Samples that were read to see whether there are any. */
  #first: Uint8Array | undefined;

  private constructor(audio: AudioInfo, channels: number, process: FfmpegProcess) {
    this.sampleRate = audio.sampleRate;
    this.language = audio.language;
    this.title = audio.title;
    this.channels = channels;
    this.#process = process;
    this.#bytes = process.stdout.getReader({ mode: "byob" });
  }

  /**
   * Starts reading; returns undefined if the source has no sound in this part.
   *
   * @param options start and length of the part, in seconds; `onUnread` is called with ffmpeg's reason if there
   *   is sound that cannot be decoded
   * @throws {ReverieError} if ffmpeg is not found or cannot be started
   */
  static async open(
    source: SourceInfo,
    { from = 0, duration, onUnread }: SoundReaderOptions = {},
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
    const reader = new SoundReader(source.audio, channels, process);
    const first = await reader.read(firstSamples);
    if (first.length > 0) {
      reader.#first = first;
      return reader;
    }
    const { errors } = await process.done;
    await reader.close();
    if (errors.length > 0) onUnread?.(errors[0]!);
    return undefined;
  }

  /** The next samples of every channel, at most `samples` each; none at the end. */
  async read(samples: number): Promise<Uint8Array> {
    const size = bytesPerSample * this.channels;
    const wanted = samples * size;
    const first = this.#first;
    if (first) {
      this.#first = first.length > wanted ? first.subarray(wanted) : undefined;
      return first.subarray(0, wanted);
    }
    const { value } = await this.#bytes.read(new Uint8Array(wanted), { min: wanted });
    return value!.subarray(0, value!.length - value!.length % size);
  }

  /** Ends the process, and tells how it ended. */
  async close(): Promise<Exit> {
    this.#process.kill();
    await this.#bytes.cancel();
    return await this.#process.done;
  }
}
