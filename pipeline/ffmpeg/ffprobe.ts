import { fileArgument } from "./command.ts";
import { interruption } from "./exit.ts";
import { safeInput } from "./formats.ts";
import type { Program } from "./locate.ts";
import { PlainName } from "./plain_name.ts";

/** A stream or container as reported by ffprobe; every value may be missing or `N/A`. */
export interface ProbedStream {
  [field: string]: unknown;
  tags?: Record<string, unknown>;
  disposition?: Record<string, unknown>;
  side_data_list?: ProbedSideData[];
}

/** Facts that accompany a stream or a frame, such as a display matrix. */
export interface ProbedSideData {
  [field: string]: unknown;
  side_data_type?: string;
}

/** A chapter as reported by ffprobe. */
export interface ProbedChapter {
  start_time?: string;
  end_time?: string;
  tags?: Record<string, unknown>;
}

/** A program of a broadcast: streams that belong together. */
export interface ProbedProgram {
  streams?: ProbedStream[];
}

/** What ffprobe reports about a file. */
export interface ProbedData {
  streams: ProbedStream[];
  format: ProbedStream;
  chapters: ProbedChapter[];
  programs: ProbedProgram[];
}

/**
 * Runs ffprobe, with additional options before the input; it ends when the signal is aborted.
 *
 * @throws {ReverieError} `ffmpeg_killed` if something killed ffprobe
 * @throws {Error} with what ffprobe wrote to standard error
 * @throws the signal's reason when it is aborted
 */
export async function ffprobe(
  program: Program,
  path: string,
  { options = [], signal }: { options?: readonly string[]; signal?: AbortSignal | undefined } = {},
): Promise<ProbedData> {
  const shown = ["-show_streams", "-show_format", "-show_chapters", "-show_programs"];
  const told = await ask<Partial<ProbedData>>(program, path, [...options, ...shown], signal);
  return { streams: [], format: {}, chapters: [], programs: [], ...told };
}

/**
 * The side data of the first frame of a stream, which has to be decoded for it.
 *
 * @returns an empty list if the frame has none or cannot be decoded
 */
export async function firstFrameSideData(
  program: Program,
  path: string,
  stream: number,
  signal?: AbortSignal,
): Promise<ProbedSideData[]> {
  const shown = ["-select_streams", String(stream), "-read_intervals", "%+#1", "-show_frames"];
  const told = await ask<{ frames?: ProbedStream[] }>(program, path, shown, signal).catch(() => undefined);
  signal?.throwIfAborted();
  return told?.frames?.[0]?.side_data_list ?? [];
}

/** Signals by which people and systems end a program; all others are its own crashes. */
const killing = ["SIGKILL", "SIGTERM", "SIGINT", "SIGHUP"];

async function ask<T>(
  program: Program,
  path: string,
  options: readonly string[],
  stop: AbortSignal | undefined,
): Promise<T> {
  stop?.throwIfAborted();
  using name = new PlainName(path);
  const quiet = ["-hide_banner", "-loglevel", "error", "-of", "json"];
  const command = new Deno.Command(program.path, {
    args: [...quiet, ...safeInput, ...options, fileArgument(name.path)],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    ...(stop && { signal: stop }),
  });
  const { success, signal, stdout, stderr } = await command.output();
  stop?.throwIfAborted();
  if (signal && killing.includes(signal)) throw await interruption(stop);
  if (signal) throw new Error(`ffprobe was killed with signal ${signal}`);
  if (!success) throw new Error(new TextDecoder().decode(stderr).replaceAll(name.path, path));
  return JSON.parse(new TextDecoder().decode(stdout));
}
