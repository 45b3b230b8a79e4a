import type { Readable, Writable } from "node:stream";
import fluent from "fluent-ffmpeg";
import type { Program } from "./locate.ts";

/**
 * One input of an ffmpeg command: a path (or a stream, once a command) and the options (none, or two words and more)
 * before its `-i`.
 */
export interface CommandInput {
  source: string | Readable;
  options?: string[];
}

/** What to run. */
export interface CommandOptions {
  inputs: CommandInput[];
  /** Options between the inputs and the output. */
  options: string[];
  /** Output path (overwritten) or stream. */
  output: string | Writable;
  /** Called with each line that ffmpeg writes on its standard error. */
  onLine?: (line: string) => void;
}

/** How a program ended. */
export interface Exit {
  /** It ended with status 0. */
  ok: boolean;
  /** It ran at all; if not, its output stream never ends by itself. */
  started: boolean;
  /** A signal ended it: its own doing (it says so and exits with 255) or the system's. */
  interrupted: boolean;
  /** Its complaints: what it logged as error or fatal, the first and the last few lines. */
  errors: string[];
}

/** A running ffmpeg. */
export interface Running {
  /** Resolves when the process has ended; never rejects. */
  readonly done: Promise<Exit>;
  /** Ends the process at once. */
  kill(): void;
}

/** The part of fluent-ffmpeg that is used here; the package has no types of its own. */
interface FluentCommand {
  setFfmpegPath(path: string): FluentCommand;
  input(source: string | Readable): FluentCommand;
  inputOptions(...options: string[]): FluentCommand;
  output(target: string | Writable): FluentCommand;
  outputOptions(...options: string[]): FluentCommand;
  on(event: "start" | "end", listener: () => void): FluentCommand;
  on(event: "stderr", listener: (line: string) => void): FluentCommand;
  on(event: "error", listener: (error: Error) => void): FluentCommand;
  run(): void;
  kill(signal: string): void;
}

const keptErrors = 20;

/** Starts ffmpeg through fluent-ffmpeg. Errors are told by {@link Running.done}. */
export function runFfmpeg(program: Program, options: CommandOptions): Running {
  const command = assemble(program, options);
  const errors: string[] = [];
  let interrupted = false;
  let killed = false;

  command.on("stderr", (line) => {
    if (/Exiting normally, received signal/.test(line)) interrupted = true;
    if (/\[(error|fatal|panic)\] /.test(line)) remember(errors, line);
    options.onLine?.(line);
  });
  command.on("start", () => {
    if (killed) command.kill("SIGKILL");
  });
  const done = new Promise<Exit>((resolve) => {
    command.on("end", () => resolve({ ok: true, started: true, interrupted, errors }));
    command.on("error", (error) => {
      if (/killed with signal/.test(error.message)) interrupted = true;
      if (errors.length === 0) errors.push(error.message.split("\n", 1)[0]!);
      const started = /exited with code|killed with signal/.test(error.message);
      resolve({ ok: false, started, interrupted, errors });
    });
  });
  command.run();
  return {
    done,
    kill() {
      killed = true;
      command.kill("SIGKILL");
    },
  };
}

function assemble(program: Program, options: CommandOptions): FluentCommand {
  const command = (fluent as unknown as () => FluentCommand)().setFfmpegPath(program.path);
  for (const { source, options: before = [] } of options.inputs) {
    command.input(source);
    // Two or more, one by one: a single one or an array would be split at a space.
    if (before.length > 1) command.inputOptions(...before);
  }
  const log = ["-hide_banner", "-nostdin", "-nostats", "-loglevel", "level+info"];
  return command.output(options.output).outputOptions(...log, ...options.options);
}

function remember(errors: string[], line: string): void {
  const text = line.replace(/\[[^\]]* @ 0x[0-9a-f]+\] /g, "").replace(/\[(error|fatal|panic)\] /g, "").trim();
  if (errors.length >= keptErrors) errors.splice(keptErrors / 2, 1);
  errors.push(text);
}

/**
 * A path as ffmpeg's `file` protocol takes it: no name is read as an option, another protocol or a pattern of names.
 */
export function fileArgument(path: string): string {
  return `file:${path}`;
}
