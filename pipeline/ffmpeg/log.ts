/** How an ffmpeg process ended. */
export interface Exit {
  /** Whether it exited with status 0, with its output whole. */
  ok: boolean;
  /**
   * Whether a signal ended it: ffmpeg handled the signal (it says so and exits with 255), or the system
   * killed it, unless for a file that grew too large.
   */
  interrupted: boolean;
  /**
   * The lines that it logged as error, fatal or panic: the first and the last few. Never empty if it failed.
   */
  errors: string[];
}

/** Options that make ffmpeg write a log that {@link Log} reads, and nothing else. */
export const logOptions: readonly string[] = [
  "-hide_banner",
  "-nostdin",
  "-nostats",
  "-loglevel",
  "level+info",
];

const keptErrors = 20;

/** What ffmpeg says if the end of its output could not be written; its exit status is 0 all the same. */
const unfinished = /^Error (writing trailer|closing file)/;

/**
 * What ffmpeg says of its own raw output, not of the file: it numbers the frames, and begins anew where their
 * size changes.
 */
const ofOwnOutput = /non monotonically increasing dts to muxer/;

/** Collects what matters from ffmpeg's standard error. */
export class Log {
  readonly #errors: string[] = [];
  #interrupted = false;
  #last = "";

  /** The lines logged as error, fatal or panic so far: the first and the last few. */
  get errors(): readonly string[] {
    return this.#errors;
  }

  /** Takes the next line. */
  readLine(line: string): void {
    if (/Exiting normally, received signal/.test(line)) this.#interrupted = true;
    const text = line.replace(/\[[^\]]* @ 0x[0-9a-f]+\] |\[(info|warning|error|fatal|panic)\] /g, "").trim();
    if (text !== "") this.#last = text;
    if (!/\[(error|fatal|panic)\] /.test(line) || ofOwnOutput.test(line)) return;
    if (this.#errors.length >= keptErrors) this.#errors.splice(keptErrors / 2, 1);
    this.#errors.push(text);
  }

  /**
   * How the process that wrote these lines ended, from its exit status and the signal that ended it, if any.
   */
  exit({ code, signal }: { code: number; signal: string | null }): Exit {
    const ok = code === 0 && signal === null && !this.#errors.some((error) => unfinished.test(error));
    const errors = [...this.#errors];
    if (!ok && errors.length === 0) {
      const how = signal ? `was killed with ${signal}` : `exited with status ${code}`;
      errors.push(`ffmpeg ${how}${this.#last && `: ${this.#last}`}`);
    }
    const interrupted = this.#interrupted || signal !== null && signal !== "SIGXFSZ";
    return { ok, interrupted, errors };
  }
}
