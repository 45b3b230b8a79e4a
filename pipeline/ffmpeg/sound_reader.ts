import { fileArgument } from "./command.ts";
import { sourceOptions } from "./formats.ts";
import { FrameTimes } from "./frame_times.ts";
import { locate } from "./locate.ts";
import type { AudioInfo, SourceInfo } from "./probe.ts";
import { FfmpegProcess } from "./process.ts";
import { seekOptions, SourceClock } from "./source_clock.ts";

const bytesPerSample = 4;

/** Longest distance between the end of a frame of sound and the next one that is no gap, in seconds. */
const jitter = 0.03;

/** Options of {@link SoundReader.open}. */
export interface SoundReaderOptions {
  from?: number | undefined;
  duration?: number | undefined;
  onUnread?: (reason: string) => void;
}

/** Reports the time stamps of frames in microseconds, and then counts samples: raw sound has no time stamps. */
function soundFilters(sampleRate: number): string {
  return `aresample=${sampleRate},asettb=AVTB,ashowinfo,asettb=1/${sampleRate},asetpts=N`;
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
  readonly #times: FrameTimes;
  readonly #clock: SourceClock;
  readonly #from: number;
  /** Samples of each channel: given out so far, and at most. */
  #position = 0;
  readonly #most: number;
  /** Samples to give out next: silence, then the rest of the current frame. */
  #silence = 0;
  #rest = 0;

  private constructor(
    audio: AudioInfo,
    channels: number,
    process: FfmpegProcess,
    times: FrameTimes,
    clock: SourceClock,
    { from, duration = Infinity }: { from: number; duration?: number | undefined },
  ) {
    this.sampleRate = audio.sampleRate;
    this.language = audio.language;
    this.title = audio.title;
    this.channels = channels;
    this.#process = process;
    this.#bytes = process.stdout.getReader({ mode: "byob" });
    this.#times = times;
    this.#clock = clock;
    this.#from = from;
    this.#most = Math.round(duration * this.sampleRate);
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
    // Decoding begins a little earlier: seeking lands near the time, and a decoder takes a moment to start.
    const seek = from - 1;
    const times = new FrameTimes();
    const process = new FfmpegProcess(await locate("ffmpeg"), "stdout", {
      input: [
        ...sourceOptions(source),
        ...seekOptions(!source.clock && seek > 0 ? source.startTime + seek : undefined),
        "-i",
        fileArgument(source.path),
      ],
      options: [
        ...["-map", `0:${source.audio.stream}`, "-filter:a", soundFilters(sampleRate)],
        ...["-ac", String(channels), "-ar", String(sampleRate), "-c:a", "pcm_f32le", "-f", "f32le"],
      ],
      output: "pipe:1",
      onLine: (line) => times.readLine(line),
    });
    process.done.then(() => times.close());
    const clock = new SourceClock(source, source.audio.stream);
    const reader = new SoundReader(source.audio, channels, process, times, clock, { from, duration });
    if (await reader.#nextFrame()) return reader;
    const { errors } = await process.done;
    await reader.close();
    if (errors.length > 0) onUnread?.(errors[0]!);
    return undefined;
  }

  /** The next samples of every channel, at most `samples` each; none at the end. */
  async read(samples: number): Promise<Uint8Array> {
    const size = bytesPerSample * this.channels;
    const wanted = Math.min(samples, this.#most - this.#position);
    const bytes = new Uint8Array(wanted * size);
    let filled = 0;
    while (filled < wanted && (this.#silence + this.#rest > 0 || await this.#nextFrame())) {
      const count = Math.min(this.#silence || this.#rest, wanted - filled);
      if (this.#silence > 0) this.#silence -= count;
      else {
        const read = await this.#take(count);
        bytes.set(read, filled * size);
        this.#rest = read.length < count * size ? 0 : this.#rest - count;
      }
      filled += count;
      this.#position += count;
    }
    return bytes.subarray(0, filled * size);
  }

  /** Places the next frame: silence fills a gap before it, and what overlaps is dropped. False at the end. */
  async #nextFrame(): Promise<boolean> {
    for (let frame; (frame = await this.#times.next());) {
      const { seconds, samples } = frame;
      const late = seconds === undefined
        ? 0
        : Math.round((this.#clock.next(seconds) - this.#from) * this.sampleRate) - this.#position;
      // The first sample is placed exactly; later on, imprecise time stamps are no gaps.
      const apart = Math.abs(late) > (this.#position === 0 ? 0 : jitter * this.sampleRate);
      this.#silence = apart ? Math.max(0, late) : 0;
      const dropped = apart ? Math.min(samples, Math.max(0, -late)) : 0;
      if (dropped > 0) await this.#take(dropped);
      this.#rest = samples - dropped;
      if (this.#silence + this.#rest > 0) return true;
    }
    return false;
  }

  /** Reads samples of every channel from ffmpeg; fewer only at its end. */
  async #take(samples: number): Promise<Uint8Array> {
    const wanted = samples * bytesPerSample * this.channels;
    const { value } = await this.#bytes.read(new Uint8Array(wanted), { min: wanted });
    return value!;
  }

  /** Ends the process, and returns the errors that it has logged. */
  async close(): Promise<readonly string[]> {
    this.#process.kill();
    await this.#bytes.cancel();
    await this.#process.done;
    return this.#process.errors;
  }
}
