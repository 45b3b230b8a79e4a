/** Dreams from file to file. */
import { type Line, line } from "../../models/line.ts";
import type { DownloadProgress } from "../../models/download_options.ts";
import type { ComposedFrame } from "../compose.ts";
import { decode } from "../decode.ts";
import { encode, type EncodeOptions, type EncodeResult } from "../encode.ts";
import type { DreamEvent, StartEvent } from "./events.ts";
import { expectedFrames } from "../ffmpeg/expected_frames.ts";
import { chaptersWithin } from "../ffmpeg/labels.ts";
import { openNetwork } from "../../models/networks/open.ts";
import { Classifier } from "../dreamer/classifier.ts";
import { workingSize } from "./working_size.ts";
import { probe } from "../ffmpeg/probe.ts";
import { resultComment } from "./result_settings.ts";
import type { SourceInfo } from "../ffmpeg/source_info.ts";
import { InterruptedError } from "./interrupted.ts";
import { claimOutputs } from "./claim_outputs.ts";
import type { Parameters } from "../settings/parameters.ts";
import { peakMemory } from "./peak_memory.ts";
import { PaceKeeper } from "./progress.ts";
import type { EnginePool } from "./engines.ts";
import { checkMotion, Rig } from "./rig.ts";
import { StageClock } from "./stage_clock.ts";
import { dreamFrames, type DreamFramesOptions } from "../stages.ts";
import { repeated } from "../growth.ts";
import {
  encodeGrowth,
  growthOf,
  type GrowthOfPicture,
  idleNotes,
  isGrowing,
  settingsOfPass,
} from "./grow_picture.ts";
import { type Series, seriesPaths } from "./series.ts";
import { type StepOptions, stepWatcher } from "./watch_steps.ts";
import type { Watcher } from "../watch.ts";

/** Settings that depend on which network dreams, which may have to be downloaded. */
export interface LaterParameters {
  /** The expected settings, except for those that depend on the network. */
  expected: Parameters;
  settle: () => Promise<Parameters>;
}

/** What to dream. */
export interface DreamJob {
  input: string;
  output: string;
  /** The settings, or how to determine them once the source has proved usable. */
  parameters: Parameters | LaterParameters;
  /** Execution providers in order of preference. Default: the best that works. */
  providers?: readonly string[];
  /** Where the engine's Worker comes from, in programs that keep running. */
  engines?: EnginePool | undefined;
  /** Part of the source, in seconds. */
  from?: number;
  duration?: number;
  /** Folder for progressive HLS. */
  hls?: string;
  /** Folder for pictures of what the stages made. */
  dump?: string;
  /**
   * The settings for a frame, called once per frame. Default: `parameters` throughout. Only settings that may
   * change live may differ from those.
   */
  settings?: (index: number) => Parameters;
  /** Pictures to leave on the way, if the source is one. */
  series?: Series;
  /** Which gradient steps to report, and to whom. */
  reportSteps?: StepOptions["reportSteps"];
  onStep?: StepOptions["onStep"];
  /** Called, for every frame, with a line per layer that says which channels grow. */
  onChannels?: ((lines: string[]) => void) | undefined;
  /** Names the likeliest classes of every dream. */
  classify?: { count: number; onClasses: (classes: number[], frame: number) => void } | undefined;
  /** Receives every frame before it is encoded. */
  watch?: Watcher;
  /** Memory that the rendering may take on the CPU, in bytes; it is refused if it needs more. Default: no limit. */
  memory?: number;
  /** Called with an estimate of the memory that the rendering takes, in bytes, if that is limited. */
  onMemory?: (bytes: number) => void;
  signal?: AbortSignal;
  onDownload?: DownloadProgress;
  /** Called with one line about a problem that does not end the dream. */
  onWarning?: (line: Line) => void;
}

/** How many frames the stages up to `flow` may be ahead of the dream. */
const framesAhead = 2;

/**
 * Dreams a video or a picture, and yields events along the way. The next frame is made only after the
 * previous event has been taken.
 *
 * @throws {ReverieError} for errors that the user can fix
 * @throws {InterruptedError} when the signal is aborted
 */
export async function* dreamVideo(asked: DreamJob): AsyncGenerator<DreamEvent> {
  const { signal } = asked;
  let result: EncodeResult | undefined;
  try {
    const source = await probe(asked.input, signal ? { signal } : {});
    const expected = "settle" in asked.parameters ? asked.parameters.expected : asked.parameters;
    const growing = isGrowing(asked, source, expected);
    const { series = {} } = asked;
    const beside = growing ? seriesPaths(asked.output, series, expected.iterations) : [];
    await using _claim = await claimOutputs({ ...asked, growing, beside }, source);
    for (const note of [...source.notes, ...idleNotes(asked, source, expected)]) asked.onWarning?.(note);
    const job = await settled(asked, source);
    const { parameters } = job;
    await using rig = await Rig.create({ ...job, source });
    signal?.throwIfAborted();
    const growth = growing ? await growthOf(parameters, rig) : undefined;
    const start = startEvent(job, source, rig, growing);
    yield start;
    const pace = new PaceKeeper(start.frames);
    const clock = new StageClock();
    const options = {
      ...encodeOptions(job, rig.network, source),
      ...(growing && { frameRate: { num: 1000, den: parameters.frameDuration } }),
      onResult: (told: EncodeResult) => result = told,
    };
    const onDream = await classWatcher(job, rig);
    const frames = dreamedFrames(job, source, rig, clock, { growth, onDream });
    const encoded = growing ? encodeGrowth(frames, job, options) : encode(frames, options);
    let count = 0;
    for await (const { index, pts, loss, motion, visible } of clock.time("encode", encoded)) {
      count++;
      const stages = clock.lap();
      const told = performance.now();
      yield { event: "frame", index, pts, ...pace.frame(), loss, motion, visible, stages };
      // The consumer of the event may pause the dream.
      pace.leaveOut(performance.now() - told);
    }
    const { seconds } = pace;
    yield { event: "done", frames: count, seconds, output: job.output, peakMemory: peakMemory(), parameters };
  } catch (error) {
    if (signal?.aborted) throw new InterruptedError(result?.frames ?? 0, result?.path);
    if (result?.path) {
      asked.onWarning?.(line`the ${result.frames} frames so far are in ${{ path: result.path }}`);
    }
    throw error;
  }
}

/** A job whose settings are known. */
type SettledJob = DreamJob & { parameters: Parameters };

/**
 * Determines the settings. Whatever can be refused without the network is refused before it is downloaded.
 */
async function settled(job: DreamJob, source: SourceInfo): Promise<SettledJob> {
  const { parameters } = job;
  if (!("settle" in parameters)) return { ...job, parameters };
  await checkMotion({ ...job, source, parameters: parameters.expected });
  return { ...job, parameters: await parameters.settle() };
}

function dreamedFrames(
  job: SettledJob,
  source: SourceInfo,
  rig: Rig,
  clock: StageClock,
  { growth, onDream }: { growth: GrowthOfPicture | undefined; onDream: DreamFramesOptions["onDream"] },
): AsyncIterable<ComposedFrame> {
  const { parameters, from, duration, signal, onWarning, dump, watch } = job;
  const settings = job.settings ?? (() => parameters);
  const onStep = stepWatcher(job, source, rig, growth !== undefined);
  const decoded = decode(source, {
    ...(from !== undefined && { from }),
    ...(duration !== undefined && { duration }),
    ...(signal && { signal }),
    ...(onWarning && { onWarning }),
  });
  return dreamFrames(growth ? repeated(decoded, growth) : decoded, {
    rig,
    seed: parameters.seed,
    settings: growth ? (index) => settingsOfPass(settings(index)) : settings,
    growth: growth?.growth,
    onDream,
    onChannels: job.onChannels,
    ...(onStep && { onStep }),
    framesAhead,
    clock,
    ...(dump !== undefined && { dump }),
    ...(watch && { watch }),
    ...(signal && { signal }),
  });
}

/** Names the classes of dreams, if that is asked for. */
async function classWatcher(
  { parameters, classify }: SettledJob,
  rig: Rig,
): Promise<DreamFramesOptions["onDream"]> {
  if (!classify) return undefined;
  const { engine, working } = rig;
  const network = await openNetwork(parameters);
  const { captureSize } = parameters;
  const classifier = await Classifier.create(
    ...[engine, network, working, classify.count] as const,
    captureSize === 0 ? working : workingSize(working, 1, captureSize, { smallest: 1, multiple: 1 }),
  );
  return async (dreamed, frame) => classify.onClasses(await classifier.classesOf(dreamed), frame);
}

function startEvent(
  { input, output, parameters, from, duration }: SettledJob,
  source: SourceInfo,
  rig: Rig,
  growing: boolean,
): StartEvent {
  const { frameRate } = source;
  return {
    event: "start",
    input,
    output,
    width: source.width,
    height: source.height,
    workingWidth: rig.working.width,
    workingHeight: rig.working.height,
    frames: growing
      ? parameters.iterations
      : expectedFrames({ ...source, frameRate: frameRate.num / frameRate.den }, { from, duration }),
    provider: rig.engine.provider,
    flow: rig.estimator?.name ?? "none",
    ...(rig.flowReason !== undefined && { flowReason: rig.flowReason }),
    network: rig.network,
    layers: [...rig.layers],
    parameters,
  };
}

function encodeOptions(job: SettledJob, network: string, source: SourceInfo): EncodeOptions {
  const { output, parameters, from, duration, hls, signal, onWarning } = job;
  return {
    path: output,
    width: source.width,
    height: source.height,
    sampleAspect: source.sampleAspect,
    frameRate: source.frameRate,
    ...(source.plays !== undefined && { plays: source.plays }),
    quality: parameters.quality,
    chapters: chaptersWithin(source.chapters, { from, duration }),
    metadata: { ...source.labels, comment: resultComment(network, parameters) },
    ...(source.audio && {
      sound: { source, ...(from !== undefined && { from }), ...(duration !== undefined && { duration }) },
    }),
    ...(hls !== undefined && { hls }),
    ...(signal && { signal }),
    ...(onWarning && { onWarning }),
  };
}
