/** Time of each stage when it has the machine to itself. */
import { join } from "node:path";
import type { Picture } from "../../models/flow/flow.ts";
import { decode } from "../../pipeline/decode.ts";
import { encode } from "../../pipeline/encode.ts";
import { probe } from "../../pipeline/ffmpeg/probe.ts";
import type { SourceInfo } from "../../pipeline/ffmpeg/source_info.ts";
import type { SourceFrame } from "../../pipeline/frame.ts";
import type { Parameters } from "../../pipeline/settings/parameters.ts";
import { Random } from "../../pipeline/graphs/random.ts";
import { Rig } from "../../pipeline/run/rig.ts";
import type { DreamedPair } from "../../pipeline/state.ts";
import { secondsFor } from "./clip.ts";
import { median, timed } from "./statistics.ts";

/** The stages in order; `ascent` covers all work inside the dreamer. */
export const stages = [
  "decode",
  "shrink",
  "flow",
  "occlusion",
  "blend",
  "ascent",
  "compose",
  "encode",
] as const;

/** Seconds per frame of each stage on its own. */
export type StageTimes = Record<(typeof stages)[number], number>;

/** The first frames of a clip, and how they are dreamed. */
export interface StageOptions {
  clip: string;
  parameters: Parameters;
  providers: readonly string[];
  /** At least 3; the first is not counted. */
  frames: number;
  /** Folder for the encoded files. */
  folder: string;
}

/** Runs the first frames of a clip through every stage, one stage at a time, with nothing else running. */
export async function measureStages(options: StageOptions): Promise<StageTimes> {
  const source = await probe(options.clip);
  const { frames, seconds } = await decodeFrames(source, options.frames);
  return {
    decode: seconds,
    ...await graphTimes(frames, source, options),
    encode: await encodeTime(frames, source, options),
  };
}

/** The stages between decoder and encoder: the median over the frames. */
async function graphTimes(
  frames: SourceFrame[],
  source: SourceInfo,
  { parameters, providers }: StageOptions,
): Promise<Omit<StageTimes, "decode" | "encode">> {
  await using rig = await Rig.create({ source, parameters, providers });
  const dreamer = await rig.dreamers.for(parameters);
  const each: Omit<StageTimes, "decode" | "encode">[] = [];
  let previous: DreamedPair & { small: Picture } | undefined;
  for (const { rgb } of frames) {
    const shrink = await timed(() => rig.scaler.shrink(rgb));
    const { picture } = shrink.result;
    const small = await hostPicture(shrink.result.small!);
    // The first frame also stands in for the previous frame.
    const before = previous ?? { picture, dreamed: picture, small };
    const flow = await timed(() => rig.estimator!.pair(before.small, small));
    const occlusion = await timed(() => rig.check!.check(flow.result));
    const blend = await timed(() => rig.blender!.mix(picture, before, occlusion.result, parameters.blend));
    const ascent = await timed(() => dreamer.dream(blend.result, ascentSettings(parameters)));
    const { picture: dreamed } = ascent.result;
    const compose = await timed(() => rig.scaler.compose(rgb, picture, dreamed));
    each.push({
      shrink: shrink.seconds,
      flow: flow.seconds,
      occlusion: occlusion.seconds,
      blend: blend.seconds,
      ascent: ascent.seconds,
      compose: compose.seconds,
    });
    previous = { picture, dreamed, small };
  }
  const middle = (stage: keyof (typeof each)[number]) => median(each.slice(1).map((times) => times[stage]));
  return {
    shrink: middle("shrink"),
    flow: middle("flow"),
    occlusion: middle("occlusion"),
    blend: middle("blend"),
    ascent: middle("ascent"),
    compose: middle("compose"),
  };
}

/** The settings that the dream stage uses for a frame that inherits a dream. */
export function ascentSettings({ octaveIterations, iterations, learningRate, jitter }: Parameters) {
  return {
    steps: octaveIterations,
    passes: iterations,
    rate: learningRate / 255,
    jitter,
    random: new Random(1),
  };
}

async function hostPicture(value: { take(): Promise<{ dims: readonly number[]; data: unknown }> }) {
  const { dims, data } = await value.take();
  return { height: dims[2]!, width: dims[3]!, pixels: data as Float32Array };
}

/** Decoding time per additional frame; starting the decoder does not count. */
async function decodeFrames(
  source: SourceInfo,
  count: number,
): Promise<{ frames: SourceFrame[]; seconds: number }> {
  const frames: SourceFrame[] = [];
  let first = 0;
  for await (const frame of decode(source, { duration: secondsFor(count) })) {
    if (frames.push(frame) === 1) first = performance.now();
  }
  return { frames, seconds: (performance.now() - first) / 1000 / (frames.length - 1) };
}

/** How often the frames are encoded again, to separate the encoder's work from its start and end. */
const rounds = 8;

/** Encoding time per additional frame, from the times for the frames once and several times. */
async function encodeTime(frames: SourceFrame[], source: SourceInfo, options: StageOptions): Promise<number> {
  const once = await timed(() => encodeRounds(frames, 1, source, options));
  const often = await timed(() => encodeRounds(frames, rounds, source, options));
  // So little that other programs' load may outweigh it.
  return Math.max(0, often.seconds - once.seconds) / ((rounds - 1) * frames.length);
}

async function encodeRounds(
  frames: SourceFrame[],
  rounds: number,
  source: SourceInfo,
  { folder, parameters: { quality } }: StageOptions,
): Promise<void> {
  const { width, height, sampleAspect, frameRate } = source;
  const length = frames.length * frameRate.den / frameRate.num;
  const path = join(folder, "stages.mp4");
  async function* again() {
    for (let round = 0; round < rounds; round++) {
      for (const frame of frames) yield { ...frame, pts: frame.pts + round * length };
    }
  }
  const written = encode(again(), { path, width, height, sampleAspect, frameRate, quality });
  while (!(await written.next()).done);
  await Deno.remove(path);
}
