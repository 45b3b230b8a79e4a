/** Pictures that a dream of a still picture leaves on its way, beside its output. */
import { encode, type EncodeOptions } from "../encode.ts";
import { containerOf } from "../encode/container.ts";
import type { EncodableFrame } from "../frame.ts";

/** Which pictures to keep, and their names. */
export interface Series {
  /** One after every so many passes. Default: none. */
  passes?: number | undefined;
  /** One after every so many gradient steps of each octave, and after its last one. Default: none. */
  steps?: number | undefined;
  /** Number of the first pass in names. Default: 1. */
  firstNumber?: number | undefined;
  /** Least number of digits; the last pass then has a number, too. Default: as many as the number has. */
  digits?: number | undefined;
  /** Whether all passes are also made a GIF. */
  gif?: boolean | undefined;
}

/** `dream_3.png` for `dream.png`; beside a video, a PNG. */
export function numberedPath(output: string, ...numbers: (number | string)[]): string {
  const dot = output.lastIndexOf(".");
  const extension = containerOf(output).kind === "picture" ? output.slice(dot) : ".png";
  return `${output.slice(0, dot)}_${numbers.join("_")}${extension}`;
}

/** The GIF beside an output. */
export function gifPath(output: string): string {
  return `${output.slice(0, output.lastIndexOf("."))}.gif`;
}

/** The picture of a pass (from 1) under its own name; undefined if it has none. */
export function passPath(output: string, series: Series, pass: number, passes: number): string | undefined {
  const { passes: every = 0, firstNumber = 1, digits = 0 } = series;
  if (every === 0) return undefined;
  const isLast = pass === passes;
  if (isLast ? digits === 0 : pass % every !== 0) return undefined;
  return numberedPath(output, String(pass + Math.max(1, firstNumber) - 1).padStart(digits, "0"));
}

/** All files that a series makes besides the output, except those of single steps. */
export function seriesPaths(output: string, series: Series, passes: number): string[] {
  const numbered = Array.from({ length: passes }, (_, i) => passPath(output, series, i + 1, passes));
  return [
    ...numbered.filter((path) => path !== undefined),
    ...(series.gif && containerOf(output).kind === "picture" ? [gifPath(output)] : []),
  ];
}

/** Passes frames on and writes those of passes that are kept. */
export async function* keepPasses<F extends EncodableFrame & { index: number }>(
  frames: AsyncIterable<F>,
  series: Series,
  passes: number,
  options: EncodeOptions,
): AsyncGenerator<F> {
  for await (const frame of frames) {
    const path = passPath(options.path, series, frame.index + 1, passes);
    if (path !== undefined) await writePicture(frame, { ...options, path });
    yield frame;
  }
}

/** Passes frames on and writes the last one as a picture. */
export async function* encodeLast<F extends EncodableFrame>(
  frames: AsyncIterable<F>,
  options: EncodeOptions,
): AsyncGenerator<F> {
  let last: F | undefined;
  for await (const frame of frames) {
    last = frame;
    yield frame;
  }
  if (last) await writePicture(last, options);
}

/**
 * Writes one picture.
 *
 * @throws {ReverieError} if it cannot be written, or would replace a file that Reverie did not make
 */
export async function writePicture(frame: EncodableFrame, options: EncodeOptions): Promise<void> {
  async function* one() {
    yield frame;
  }
  for await (const _ of encode(one(), options));
}
