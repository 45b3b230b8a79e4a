import fluent from "fluent-ffmpeg";
import type { Program } from "./locate.ts";
import { type Exit, Log, logOptions } from "./log.ts";

/** One input of an ffmpeg command: a path and the options (none, or at least two words) before its `-i`. */
export interface CommandInput {
  source: string;
  options?: string[];
}

/** What to run. */
export interface CommandOptions {
  inputs: CommandInput[];
  /** Options between the inputs and the output. */
  options: string[];
  /** Output path (overwritten). */
  output: string;
  /** Called with each line that ffmpeg writes to standard error. */
  onLine?: (line: string) => void;
  /** Ends the process at once. */
  signal?: AbortSignal | undefined;
}

/** The part of fluent-ffmpeg used here; the package has no types of its own. */
interface FluentCommand {
  setFfmpegPath(path: string): FluentCommand;
  input(source: string): FluentCommand;
  inputOptions(...options: string[]): FluentCommand;
  output(target: string): FluentCommand;
  outputOptions(...options: string[]): FluentCommand;
  on(event: "start" | "end", listener: () => void): FluentCommand;
  on(event: "stderr", listener: (line: string) => void): FluentCommand;
  on(event: "error", listener: (error: Error) => void): FluentCommand;
  run(): void;
  kill(signal: string): void;
}

/**
 * Runs ffmpeg from file to file through fluent-ffmpeg. Resolves when ffmpeg has ended, successfully or not.
 */
export async function runFfmpeg(program: Program, options: CommandOptions): Promise<Exit> {
  const { signal, onLine } = options;
  const command = assemble(program, options);
  const log = new Log();
  const ended = Promise.withResolvers<Exit>();
  const kill = () => command.kill("SIGKILL");

  command.on("start", () => signal?.aborted && kill());
  command.on("stderr", (line) => {
    log.readLine(line);
    onLine?.(line);
  });
  command.on("end", () => ended.resolve(log.exit({ code: 0, signal: null })));
  command.on("error", ({ message }) => {
    const [, killer = null] = /killed with signal (\w+)/.exec(message) ?? [];
    ended.resolve(
      log.exit({ code: Number(/exited with code (\d+)/.exec(message)?.[1] ?? 1), signal: killer }),
    );
  });
  signal?.addEventListener("abort", kill);
  command.run();
  return await ended.promise.finally(() => signal?.removeEventListener("abort", kill));
}

function assemble(program: Program, options: CommandOptions): FluentCommand {
  const command = (fluent as unknown as () => FluentCommand)().setFfmpegPath(program.path);
  for (const { source, options: before = [] } of options.inputs) {
    command.input(source);
    // Passed as separate arguments, two or more: fluent-ffmpeg would split a single one, or an array, at
    // spaces.
    if (before.length > 1) command.inputOptions(...before);
  }
  return command.output(options.output).outputOptions(...logOptions, ...options.options);
}

/**
 * A path for ffmpeg's `file` protocol: no name is read as an option or another protocol. For a `%` in it see
 * {@link PlainName}.
 */
export function fileArgument(path: string): string {
  return `file:${path}`;
}
