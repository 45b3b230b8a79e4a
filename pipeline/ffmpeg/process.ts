import { resolve } from "node:path";
import { ReverieError } from "../../models/errors.ts";
import { line } from "../../models/line.ts";
import { reasonOf } from "../../models/system_error.ts";
import { lines } from "./lines.ts";
import type { Program } from "./locate.ts";
import { type Exit, Log, logOptions } from "./log.ts";

/** What to run. */
export interface ProcessOptions {
  /** Input options, `-i` and the input itself. */
  input: readonly string[];
  /** Options between the input and the output. */
  options: readonly string[];
  /** Output path (overwritten), or `pipe:1`. */
  output: string;
  /** Folder to run in. Default: that of this program. */
  cwd?: string;
  /** Called with each line that ffmpeg writes to standard error. */
  onLine?: (line: string) => void;
}

/** An ffmpeg process whose standard input or output is a stream of this program. */
export class FfmpegProcess {
  /** Resolves when the process has ended; never rejects. */
  readonly done: Promise<Exit>;
  readonly #child: Deno.ChildProcess;
  readonly #log = new Log();

  /**
   * Starts ffmpeg.
   *
   * @param piped the stream that this program writes (`stdin`) or reads (`stdout`)
   * @throws {ReverieError} if the program cannot be started
   */
  constructor(
    program: Program,
    piped: "stdin" | "stdout",
    { input, options, output, cwd, onLine }: ProcessOptions,
  ) {
    // A bare name is looked up in PATH; any other is relative to this program's folder.
    const path = /[/\\]/.test(program.path) ? resolve(program.path) : program.path;
    const command = new Deno.Command(path, {
      args: [...input, "-y", ...logOptions, ...options, output],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
      [piped]: "piped",
      ...(cwd !== undefined && { cwd }),
    });
    this.#child = spawned(command, program);
    const logged = readLines(this.#child.stderr, (line) => {
      this.#log.readLine(line);
      onLine?.(line);
    });
    this.done = Promise.all([this.#child.status, logged]).then(([status]) => this.#log.exit(status));
  }

  /** The lines that it has logged as errors so far, the first and the last few. */
  get errors(): readonly string[] {
    return this.#log.errors;
  }

  /** The stream to write to, if `stdin` is piped. */
  get stdin(): WritableStream<Uint8Array> {
    return this.#child.stdin;
  }

  /** The stream of bytes to read from, if `stdout` is piped. */
  get stdout(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.#child.stdout;
  }

  /** Ends the process at once. */
  kill(): void {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
  }
}

function spawned(command: Deno.Command, program: Program): Deno.ChildProcess {
  try {
    return command.spawn();
  } catch (cause) {
    const wrong = line`${{ path: program.path }} cannot be started: ${reasonOf(cause)}`;
    throw new ReverieError("ffmpeg_unusable", wrong, { cause });
  }
}

async function readLines(stream: ReadableStream<Uint8Array<ArrayBuffer>>, onLine: (line: string) => void) {
  for await (const line of lines(stream)) onLine(line);
}
