/** Dreams on live frames, from a camera: nothing is decoded, encoded or computed ahead. */
import type { DownloadProgress } from "../../models/download_options.ts";
import type { Parameters } from "../settings/parameters.ts";
import type { EnginePool } from "./engines.ts";
import { Rig } from "./rig.ts";
import { dreamFrames } from "../stages.ts";

/** A frame to dream on. */
export interface LiveFrame {
  /** Returned with the dreamed frame. */
  id: number;
  /** rgb24 of the job's size. */
  rgb: Uint8Array;
}

/** What to dream and how. */
export interface LiveJob {
  /** Size of the frames in pixels. */
  width: number;
  height: number;
  parameters: Parameters;
  /** The current settings, called once per frame. Default: `parameters`. */
  settings?: () => Parameters;
  /** Execution providers in order of preference. */
  providers?: readonly string[];
  /** Where the engine's Worker comes from, in programs that keep running. */
  engines?: EnginePool | undefined;
  /** Memory that the rendering may take on the CPU, in bytes; it is refused if it needs more. Default: no limit. */
  memory?: number;
  /** Called with an estimate of the memory that the rendering takes, in bytes, if that is limited. */
  onMemory?: (bytes: number) => void;
  signal?: AbortSignal;
  onDownload?: DownloadProgress;
  /** Called when everything is loaded and ready for the first frame. */
  onStart?: (start: LiveStart) => void;
}

/** How live frames will be dreamed. */
export interface LiveStart {
  workingWidth: number;
  workingHeight: number;
  /** The execution provider that runs the networks. */
  provider: string;
}

/** A dreamed frame. */
export interface DreamedLiveFrame extends LiveFrame {
  loss: number;
  /** Mean length of the flow as a share of the picture's width. */
  motion: number;
  /** Share of pixels, 0 to 1, that were visible in the previous frame. */
  visible: number;
}

/**
 * Dreams frames one by one. The next frame is requested only after the previous one has been taken, so that
 * the producer can skip frames that are late by then.
 *
 * @throws {ReverieError} for settings that cannot be used
 * @throws the signal's reason when it is aborted
 */
export async function* dreamLive(
  frames: AsyncIterable<LiveFrame>,
  job: LiveJob,
): AsyncGenerator<DreamedLiveFrame> {
  const { width, height, parameters, signal } = job;
  const source = { kind: "video", width, height, sampleAspect: { num: 1, den: 1 } } as const;
  await using rig = await Rig.create({ ...job, source });
  signal?.throwIfAborted();
  job.onStart?.({
    workingWidth: rig.working.width,
    workingHeight: rig.working.height,
    provider: rig.engine.provider,
  });
  const ids: number[] = [];
  const dreamed = dreamFrames(numbered(frames, ids), {
    rig,
    seed: parameters.seed,
    settings: job.settings ?? (() => parameters),
    framesAhead: 0,
    ...(signal && { signal }),
  });
  for await (const { rgb, loss, motion, visible } of dreamed) {
    yield { id: ids.shift()!, rgb, loss, motion, visible };
  }
}

/** Gives live frames the index and times that the stages carry; their own ids are queued in `ids`. */
async function* numbered(frames: AsyncIterable<LiveFrame>, ids: number[]) {
  let index = 0;
  for await (const { id, rgb } of frames) {
    ids.push(id);
    yield { index, pts: index, duration: 1, rgb };
    index++;
  }
}
