import fluent from "fluent-ffmpeg";
import { fileArgument } from "./command.ts";
import { safeInput } from "./formats.ts";
import type { Program } from "./locate.ts";
import { PlainName } from "./plain_name.ts";

/** A stream as reported by ffprobe; every value may be missing or `N/A`. */
export interface ProbedStream {
  [field: string]: unknown;
  tags?: Record<string, unknown>;
  disposition?: Record<string, unknown>;
}

/** What ffprobe reports about a file. */
export interface ProbedData {
  streams: ProbedStream[];
  format: ProbedStream;
}

interface FluentProbe {
  setFfprobePath(path: string): FluentProbe;
  ffprobe(options: string[], callback: (error: Error | null, data: ProbedData) => void): void;
}

/**
 * Runs ffprobe through fluent-ffmpeg.
 *
 * @throws {Error} with what ffprobe wrote to standard error
 */
export async function ffprobe(program: Program, path: string): Promise<ProbedData> {
  using name = new PlainName(path);
  const command = (fluent as unknown as (source: string) => FluentProbe)(fileArgument(name.path));
  command.setFfprobePath(program.path);
  return await new Promise((resolve, reject) => {
    command.ffprobe(["-hide_banner", "-loglevel", "error", ...safeInput], (error, data) => {
      if (error) reject(new Error(error.message.replaceAll(name.path, path), { cause: error }));
      else resolve(data);
    });
  });
}
