import { ReverieError } from "../../models/errors.ts";
import { line } from "../../models/line.ts";
import type { Program } from "./locate.ts";

/** What one ffmpeg program can do; versions and builds differ. */
export interface Features {
  /** Major version of libavcodec: 58 is ffmpeg 4, 59 is 5, 60 is 6 … Present in nightly builds, too. */
  libavcodec: number;
  /** Names of its filters. */
  filters: ReadonlySet<string>;
  /** Names of its encoders, such as `libx264`. */
  encoders: ReadonlySet<string>;
  /** Names of its decoders, such as `libvpx-vp9`. */
  decoders: ReadonlySet<string>;
}

const known = new Map<string, Promise<Features>>();

/** Asks an ffmpeg program, once, what it can do. */
export function featuresOf(program: Program): Promise<Features> {
  let features = known.get(program.path);
  if (!features) {
    features = ask(program);
    known.set(program.path, features);
    features.catch(() => known.delete(program.path));
  }
  return features;
}

async function ask(program: Program): Promise<Features> {
  const [version, filters, encoders, decoders] = await Promise.all(
    ["-version", "-filters", "-encoders", "-decoders"].map((option) => output(program, option)),
  );
  return {
    libavcodec: Number(/^libavcodec\s+(\d+)/m.exec(version!)?.[1] ?? 0),
    filters: names(filters!),
    encoders: names(encoders!),
    decoders: names(decoders!),
  };
}

async function output(program: Program, option: string): Promise<string> {
  const command = new Deno.Command(program.path, {
    args: ["-hide_banner", option],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  });
  const { success, stdout } = await command.output();
  if (!success) {
    throw new ReverieError("ffmpeg_unusable", line`${{ path: program.path }} does not answer ${option}`, {
      advice: ["install another ffmpeg"],
    });
  }
  return new TextDecoder().decode(stdout);
}

/** Lists are lines of flags, a name and a description; headings and legends have no name in the second column. */
function names(list: string): Set<string> {
  const lines = list.matchAll(/^ [A-Z.|]{2,6} +([A-Za-z0-9_-]+) /gm);
  return new Set(Array.from(lines, (line) => line[1]!));
}

/** The options that keep every frame with its own time stamp; the old spelling ends with ffmpeg 5. */
export function passTimestamps(features: Features): string[] {
  return features.libavcodec >= 60 ? ["-fps_mode", "passthrough"] : ["-vsync", "passthrough"];
}
