import { ReverieError } from "../../models/errors.ts";
import { line } from "../../models/line.ts";
import type { Program } from "./locate.ts";

/** What an ffmpeg program can do; versions and builds differ. */
export interface Features {
  /** Major version of libavcodec: 58 is ffmpeg 4, 59 is 5, 60 is 6 … Nightly builds report it, too. */
  libavcodec: number;
  /** Names of its filters. */
  filters: ReadonlySet<string>;
  /** Names of its encoders, such as `libx264`. */
  encoders: ReadonlySet<string>;
  /** Names of its decoders, such as `libvpx-vp9`. */
  decoders: ReadonlySet<string>;
  /** Names of the codecs that it can decode, such as `vp9`. */
  decodable: ReadonlySet<string>;
}

const known = new Map<string, Promise<Features>>();

/**
 * Asks an ffmpeg program what it can do; the answer is cached.
 *
 * @throws {ReverieError} if the program does not answer
 */
export function featuresOf(program: Program): Promise<Features> {
  let features = known.get(program.path);
  if (!features) {
    features = ask(program);
    known.set(program.path, features);
    features.catch(() => known.delete(program.path));
  }
  return features;
}

/**
 * Two calls suffice, run in parallel: starting ffmpeg, with its many libraries, takes longer than its answer.
 */
async function ask(program: Program): Promise<Features> {
  const [filters, codecs] = await Promise.all(
    ["-filters", "-codecs"].map((option) => answer(program, option)),
  );
  return {
    libavcodec: Number(/^ *libavcodec\s+(\d+)/m.exec(filters!.banner)?.[1] ?? 0),
    filters: new Set(Array.from(filters!.list.matchAll(/^ [A-Z.|]{2,6} +([\w-]+) /gm), ([, name]) => name!)),
    encoders: coders(codecs!.list, "encoders"),
    decoders: coders(codecs!.list, "decoders"),
    decodable: new Set(Array.from(codecs!.list.matchAll(/^ D[E.][VAS]\S+ (\w\S*) /gm), ([, name]) => name!)),
  };
}

async function answer(program: Program, option: string): Promise<{ banner: string; list: string }> {
  const command = new Deno.Command(program.path, {
    args: [option],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
  const { success, stdout, stderr } = await command.output();
  if (!success) {
    throw new ReverieError("ffmpeg_unusable", line`${{ path: program.path }} does not answer ${option}`, {
      advice: ["install another ffmpeg"],
    });
  }
  const text = new TextDecoder();
  return { banner: text.decode(stderr), list: text.decode(stdout) };
}

/**
 * Names from ` DEV.L. vp9  Google VP9 (decoders: vp9 libvpx-vp9 ) (encoders: libvpx-vp9 )`: those in the
 * brackets, or the codec's own name if there are none.
 */
function coders(list: string, kind: "decoders" | "encoders"): Set<string> {
  const flags = kind === "decoders" ? "D[E.]" : "[D.]E";
  const lines = list.matchAll(new RegExp(`^ ${flags}[VAS]\\S+ (\\w\\S*) (.*)$`, "gm"));
  const bracket = new RegExp(`\\(${kind}: ([^)]*)\\)`);
  return new Set(
    Array.from(lines).flatMap(([, codec, rest]) => bracket.exec(rest!)?.[1]?.trim().split(/\s+/) ?? [codec!]),
  );
}

/** The options that keep every frame with its own time stamp; ffmpeg before 6 gets the old spelling. */
export function passTimestamps(features: Features): string[] {
  return features.libavcodec >= 60 ? ["-fps_mode", "passthrough"] : ["-vsync", "passthrough"];
}
