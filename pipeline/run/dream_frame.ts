/** Dreams one frame of a video, or a picture, to judge settings by. */
import type { DownloadProgress } from "../../models/download_options.ts";
import { ReverieError } from "../../models/errors.ts";
import { line } from "../../models/line.ts";
import { displaySize } from "../display_size.ts";
import type { Size } from "../graphs/picture.ts";
import { decode } from "../decode.ts";
import { probe } from "../ffmpeg/probe.ts";
import type { Parameters } from "../settings/parameters.ts";
import type { EnginePool } from "./engines.ts";
import { Rig } from "./rig.ts";
import { dreamFrames } from "../stages.ts";
import type { Picture } from "../graphs/tensor_picture.ts";

/** Which frame to dream, and how. */
export interface DreamFrameJob {
  input: string;
  /** Seconds from the start of a video; ignored for a picture. Default: 0. */
  at?: number;
  /** The settings, or a function that determines them once the source has proved usable. */
  parameters: Parameters | (() => Promise<Parameters>);
  /** Execution providers in order of preference. */
  providers?: readonly string[];
  /** Where the engine's Worker comes from, in programs that keep running. */
  engines?: EnginePool | undefined;
  /** Memory that the rendering may take on the CPU, in bytes; it is refused if it needs more. Default: no limit. */
  memory?: number;
  signal?: AbortSignal;
  onDownload?: DownloadProgress;
}

/** A frame before and after, RGB. */
export interface DreamedFrame {
  source: Picture;
  dreamed: Picture;
  /** The size in square pixels at which both are displayed. */
  display: Size;
  /** Loss at the last gradient step of the largest octave. */
  loss: number;
}

/**
 * Dreams the frame shown at a given time, on its own, like the first frame of a video.
 *
 * @throws {ReverieError} for errors that the user can fix
 * @throws the signal's reason when it is aborted
 */
export async function dreamFrame(job: DreamFrameJob): Promise<DreamedFrame> {
  const { input, at = 0, signal } = job;
  const stopping = signal ? { signal } : {};
  const source = await probe(input, stopping);
  const settled = typeof job.parameters === "function" ? await job.parameters() : job.parameters;
  const parameters = { ...settled, independent: true };
  await using rig = await Rig.create({ ...job, source, parameters });
  const from = source.kind === "video" ? at : 0;
  const frames = dreamFrames(decode(source, { from, ...stopping }), {
    rig,
    seed: parameters.seed,
    settings: () => parameters,
    framesAhead: 0,
    ...stopping,
  });
  for await (const { rgb, source: before, loss } of frames) {
    const picture = (data: Uint8Array) => ({ width: source.width, height: source.height, channels: 3, data });
    return { source: picture(before), dreamed: picture(rgb), display: displaySize(source), loss };
  }
  throw new ReverieError("unusable_video", line`${{ path: input }} has no frame at ${at} s`);
}
