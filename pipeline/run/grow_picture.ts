/** Dreams of a still picture whose passes are frames: of a video, or of a series of pictures. */
import { type Line, line } from "../../models/line.ts";
import type { ComposedFrame } from "../compose.ts";
import { encode, type EncodeOptions } from "../encode.ts";
import { containerOf } from "../encode/container.ts";
import type { SourceInfo } from "../ffmpeg/source_info.ts";
import { Growth, type Kept, keptBy } from "../growth.ts";
import type { Parameters } from "../settings/parameters.ts";
import type { Rig } from "./rig.ts";
import { encodeLast, gifPath, keepPasses, type Series } from "./series.ts";

/** What turns a picture into frames. */
export interface GrowthOfPicture {
  passes: number;
  kept: Kept;
  /** Seconds per pass. */
  seconds: number;
  growth: Growth;
}

/** Whether the passes over a picture become frames: if they are to be seen, or if it is magnified between them. */
export function isGrowing(
  { output, series = {} }: { output: string; series?: Series },
  { kind }: Pick<SourceInfo, "kind">,
  { zoom, iterations }: Parameters,
): boolean {
  if (kind !== "picture" || iterations < 2) return false;
  return zoom > 0 || keepsPasses(series) || containerOf(output).kind === "video";
}

/** Whether passes are kept beside the output. */
function keepsPasses({ passes = 0, gif = false }: Series): boolean {
  return passes > 0 || gif;
}

/** Says what has no effect on a video. */
export function idleNotes(
  { series = {} }: { series?: Series },
  { kind }: Pick<SourceInfo, "kind">,
  { zoom, iterations }: Parameters,
): Line[] {
  const isKept = keepsPasses(series) || (series.steps ?? 0) > 0;
  if (kind === "picture") {
    return isKept && iterations < 2 && (series.steps ?? 0) === 0
      ? [line`there is one pass, the output itself: ${{ field: "iterations" }} asks for more`]
      : [];
  }
  return [
    ...zoom > 0 ? [line`${{ field: "zoom" }} is for still pictures: a video is dreamed as it is`] : [],
    ...isKept ? ["the passes and steps of still pictures are kept only, not of a video"] : [],
  ];
}

/** Prepares the growth. */
export async function growthOf(parameters: Parameters, rig: Rig): Promise<GrowthOfPicture> {
  const { zoom, zoomMode, carry, iterations: passes, frameDuration } = parameters;
  const kept = keptBy(zoom, zoomMode, rig.working);
  const growth = await Growth.create(rig.engine, carry, rig.working, kept);
  return { passes, kept, seconds: frameDuration / 1000, growth };
}

/** The settings of one pass: as for a picture of its own, with all of the dream before. */
export function settingsOfPass(parameters: Parameters): Parameters {
  const { firstIterations } = parameters;
  return { ...parameters, iterations: 1, octaveIterations: firstIterations, blend: 0, sceneCut: 0 };
}

/** Encodes the passes: all of them as a video, or the last as a picture; and those that are kept besides. */
export function encodeGrowth(
  frames: AsyncIterable<ComposedFrame>,
  { series = {}, parameters }: { series?: Series; parameters: Parameters },
  options: EncodeOptions,
): AsyncIterable<ComposedFrame> {
  // HLS shows the main output alone.
  const { onResult: _, hls: _hls, ...others } = options;
  const kept = keepPasses(frames, series, parameters.iterations, others);
  if (containerOf(options.path).kind === "video") return encode(kept, options);
  const all = series.gif ? encode(kept, { ...others, path: gifPath(options.path) }) : kept;
  return encodeLast(all, options);
}
