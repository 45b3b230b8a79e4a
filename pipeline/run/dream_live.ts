/** A dream on frames as they come, from a camera: nothing is decoded, encoded or worked ahead. */
import type { DownloadProgress } from "../../models/download_options.ts";
import type { Parameters } from "../settings/parameters.ts";
import { Rig } from "./rig.ts";
import { dreamFrames } from "../stages.ts";

/** A frame from outside. */
export interface LiveFrame {
  /** Comes back with the dreamed frame. */
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
  /** The settings of the moment, asked once for every frame; `parameters` where it is absent. */
  settings?: () => Parameters;
  /** Execution providers in order of preference. */
  providers?: readonly string[];
  /** Resident memory that the process may have, in bytes; no more than there is by default. */
  memory?: number;
  signal?: AbortSignal;
  onDownload?: DownloadProgress;
  /** Called when everything is loaded and the first frame may come. */
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
  /** Share of pixels that were visible in the frame before. */
  visible: number;
}

/**
 * Dreams frames one by one; the next is only asked for when the one before has been taken, so that whoever makes
 * them can leave out what is late by then.
 *
 * Throws a ReverieError for settings that are not usable, and the signal's reason when it was aborted.
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

/** Gives live frames the index and times that stages carry; their own numbers wait in `ids`. */
async function* numbered(frames: AsyncIterable<LiveFrame>, ids: number[]) {
  let index = 0;
  for await (const { id, rgb } of frames) {
    ids.push(id);
    yield { index, pts: index, duration: 1, rgb };
    index++;
  }
}
