/** How an ffmpeg ended. */
export interface Exit {
  /** It ended with status 0. */
  ok: boolean;
  /** A signal ended it: its own doing (it says so and exits with 255) or the system's. */
  interrupted: boolean;
  /** Its complaints: what it logged as error or fatal, the first and the last few lines. Some where it failed. */
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

/** What matters of ffmpeg's standard error. */
export class Log {
  readonly #errors: string[] = [];
  #interrupted = false;
  #last = "";

  /** Takes the next line. */
  readLine(line: string): void {
    if (/Exiting normally, received signal/.test(line)) this.#interrupted = true;
    const text = line.replace(/\[[^\]]* @ 0x[0-9a-f]+\] |\[(info|warning|error|fatal|panic)\] /g, "").trim();
    if (text !== "") this.#last = text;
    if (!/\[(error|fatal|panic)\] /.test(line)) return;
    if (this.#errors.length >= keptErrors) this.#errors.splice(keptErrors / 2, 1);
    this.#errors.push(text);
  }

  /** The end of the process that wrote all of this: its exit status, and the signal that ended it if one did. */
  exit({ code, signal }: { code: number; signal: string | null }): Exit {
    const ok = code === 0 && signal === null;
    if (!ok && this.#errors.length === 0) {
      const how = signal ? `was killed with ${signal}` : `exited with status ${code}`;
      this.#errors.push(`ffmpeg ${how}${this.#last && `: ${this.#last}`}`);
    }
    return { ok, interrupted: this.#interrupted || signal !== null, errors: this.#errors };
  }
}
