/** Dreams one input of the corpus, and compares what comes of it with what must. */
import { join } from "node:path";
import { measure, type Properties } from "./result.ts";
import type { Specimen } from "./specimen.ts";

const main = new URL("../../main.ts", import.meta.url).pathname;

/** The pipeline alone: a dream without a step of gradient ascent. */
const pipelineAlone = [
  ...["--preset", "fast", "--model", "inception-v3", "--image-size", "96", "--octaves", "1"],
  ...["--octave-iterations", "0", "--first-iterations", "0"],
];

/** What came of an input. */
export interface Trial {
  /** What it holds, if anything came of it. */
  got?: Properties;
  /** What is wrong, empty if all is as it must be. */
  faults: string[];
  /** The program's last line of warning or error. */
  line: string;
}

/** Makes an input in a folder of its own, dreams it and deletes both. */
export async function tryOut(specimen: Specimen, folder: string): Promise<Trial | "not built"> {
  await Deno.mkdir(join(folder, "out"), { recursive: true });
  const input = join(folder, specimen.name);
  try {
    await specimen.make(input);
  } catch {
    return "not built";
  }
  const output = join(folder, "out", specimen.result ?? defaultResult(specimen));
  const before = await fingerprint(input);
  const { code, lines } = await dream(input, output, specimen.flags ?? []);
  const faults = [
    ...lines.filter((line) => /\(unexpected\)|^\s+at /.test(line)).map((line) => `says "${line}"`),
    ...before === await fingerprint(input) ? [] : ["the input is changed"],
  ];
  const line = lines.at(-1) ?? "";
  if (specimen.refused) return { faults: [...faults, ...refusal(specimen.refused, code, lines)], line };
  if (code !== 0) return { faults: [...faults, `exit status ${code}`], line };
  if (specimen.says && !lines.some((line) => specimen.says!.test(line))) {
    faults.push(`does not say ${specimen.says}`);
  }
  const got = await measure(output);
  return { got, faults: [...faults, ...differences(got, await expectedOf(specimen, input))], line };
}

function defaultResult({ name }: Specimen): string {
  const isPicture = /\.(png|jpe?g|webp|tiff?|bmp|ppm|tga|avif|heic)$/i.test(name);
  return `dream${isPicture ? ".png" : ".mp4"}`;
}

/** Size and time of change of an input; "none" if it is not a file. */
async function fingerprint(path: string): Promise<string> {
  try {
    const { size, mtime } = await Deno.stat(path);
    return `${size} ${mtime?.getTime()}`;
  } catch {
    return "none";
  }
}

/** Dreams; returns the exit status and the lines of standard error that are no progress. */
async function dream(input: string, output: string, flags: readonly string[]) {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-all",
      "--no-check",
      main,
      "dream",
      ...pipelineAlone,
      ...flags,
      "--",
      input,
      output,
    ],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  const lines = new TextDecoder().decode(stderr).split(/[\r\n]+/).filter((line) => line.trim() !== "");
  return { code, lines };
}

function refusal(pattern: RegExp, code: number, lines: string[]): string[] {
  if (code === 0) return ["is not refused"];
  if (lines.length !== 1) return [`is refused in ${lines.length} lines`];
  return pattern.test(lines[0]!) ? [] : [`does not say ${pattern}`];
}

async function expectedOf({ differs = {} }: Specimen, input: string): Promise<Partial<Properties>> {
  try {
    return { ...await measure(input), ...differs };
  } catch {
    // ffmpeg cannot read it, so that only what the specimen states is compared.
    return differs;
  }
}

/** Longest difference of time within a frame of 25 frames a second, with a millisecond for rounding. */
const frameSeconds = 0.041;

function differences(got: Properties, expected: Partial<Properties>): string[] {
  const { frames, size, seconds, lastSeconds, lag, sounds, fields } = expected;
  return [
    frames !== undefined && frames !== got.frames && `${got.frames} frames, not ${frames}`,
    size && size.some((pixels, axis) => ![0, 1].includes(got.size[axis]! - pixels)) &&
    `${got.size.join("x")}, not ${size.join("x")}`,
    seconds !== undefined && Math.abs(seconds - got.seconds) > frameSeconds &&
    `${got.seconds.toFixed(2)} s, not ${seconds.toFixed(2)} s`,
    lastSeconds !== undefined && Math.abs(lastSeconds - got.lastSeconds) > frameSeconds &&
    `last frame for ${got.lastSeconds.toFixed(2)} s, not ${lastSeconds.toFixed(2)} s`,
    lag !== undefined && !(Math.abs(lag - (got.lag ?? NaN)) < frameSeconds) &&
    `lag ${got.lag?.toFixed(3)}, not ${lag.toFixed(3)} s`,
    sounds !== undefined && sounds !== got.sounds && `${got.sounds} sounds, not ${sounds}`,
    fields && meanDifference(fields, got.fields) > 30 && "another picture",
  ].filter((fault) => typeof fault === "string");
}

function meanDifference(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((sum, value, index) => sum + Math.abs(value - b[index]!), 0) / a.length;
}
