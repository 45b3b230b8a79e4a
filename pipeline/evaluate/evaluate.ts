/**
 * Compares a dreamed video with its source: how steady it is, how strong, how much of the source it keeps.
 */
import { Engine } from "../../models/engine/engine.ts";
import { invalidParameter, ReverieError } from "../../models/errors.ts";
import { line } from "../../models/line.ts";
import { checkFlow, namedFlow } from "../../models/flow/choose.ts";
import type { FlowEstimator, Picture } from "../../models/flow/flow.ts";
import { openNetwork } from "../../models/networks/open.ts";
import { decode } from "../decode.ts";
import { drift, type Look, look, mean } from "./drift.ts";
import { measuredSize, pictureOf } from "./pictures.ts";
import { meanSquaredError, psnr, structuralSimilarity } from "./similarity.ts";
import { StrengthMeter } from "./strength.ts";
import { visiblePixels, warpingError } from "./warping.ts";
import { probe } from "../ffmpeg/probe.ts";
import type { SourceInfo } from "../ffmpeg/source_info.ts";
import type { SourceFrame } from "../frame.ts";
import type { Size } from "../graphs/picture.ts";
import { settings } from "../settings/settle.ts";

/** Options of {@link evaluate}. */
export interface EvaluateOptions {
  /** Number of frames to compare, from the first. Default: all. */
  frames?: number | undefined;
  /**
   * The network that measures the dream's strength: a name or a file. Default: the network that would
   * currently dream by default.
   */
  model?: string | undefined;
  /** Layers whose activation is the strength. Default: those that the network dreams with. */
  layers?: readonly string[] | undefined;
  /** Longest side of the measured pictures, in pixels. Default: 512. */
  size?: number | undefined;
  /** Execution providers for the network, in order of preference. Default: the engine's own choice. */
  providers?: readonly string[] | undefined;
  /**
   * Flow estimator for the source: `dis`, or `raft`, which sees larger motion. `flowModel` implies `raft`.
   */
  flow?: "dis" | "raft" | undefined;
  /** Name or file of RAFT's weights. Default: the first that are installed. */
  flowModel?: string | undefined;
  signal?: AbortSignal | undefined;
  /** Called after each frame with the number of frames done and the (estimated) total. */
  onFrame?: (done: number, total: number) => void;
}

/** A measurement of both videos. */
export interface Both<T> {
  source: T;
  dreamed: T;
}

/** What was measured. */
export interface Evaluation {
  files: Both<string>;
  frames: number;
  /** Size of the pictures that were measured. */
  width: number;
  height: number;
  /** The network that measured the strength. */
  network: string;
  /** What computed the flow on the source. */
  flow: string;
  /**
   * Masked warping error, times 1000, of the source and of the dream. 0 is steady, but so is a still picture,
   * so never read it alone. Undefined without two consecutive frames that share visible pixels.
   */
  warpingError: Both<number | undefined>;
  /** Share of pixels, 0 to 1, over which the warping error was computed. */
  visible: number | undefined;
  /** Mean activation of the network's layers, and the ratio of the dream's to the source's. */
  strength: Both<number> & { ratio: number; layers: Record<string, Both<number>> };
  /**
   * How much of the source is kept: PSNR in dB (undefined if the videos are identical) and structural
   * similarity, -1 to 1.
   */
  kept: { psnr: number | undefined; ssim: number };
  /** Change over 100 frames in per cent of the mean. */
  drift: Both<Look>;
}

/** Longest side of the measured pictures by default, in pixels. */
const defaultSize = 512;
/** Maximum number of RAFT updates: more than for a dream, since accuracy matters more here than time. */
const measuringUpdates = 20;

/**
 * Compares a dreamed video with its source, frame by frame. Flow is computed on the source.
 *
 * @throws {ReverieError} if one of them cannot be read, if their sizes, frames or times do not match, if RAFT
 *   is not available, or if the pictures are too large for it
 * @throws the signal's reason when it is aborted
 */
export async function evaluate(
  source: string,
  dreamed: string,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  const { signal } = options;
  const finder = flowFinder(options);
  const probeOptions = signal ? { signal } : {};
  const infos = { source: await probe(source, probeOptions), dreamed: await probe(dreamed, probeOptions) };
  requireSameSize(infos);
  requireSameLength(infos, options.frames ?? Infinity);
  const size = measuredSize(infos.source, options.size ?? defaultSize);
  const sizeField = "imageSize";
  // Checked before anything is downloaded or started.
  await checkFlow({ ...finder, size, sizeField });
  const network = await openNetwork({ model: measuringNetwork(options) }, { signal });
  signal?.throwIfAborted();
  requireSize(infos.source, size, network.minimumSize);
  using engine = await Engine.start(options.providers ? { providers: options.providers } : {});
  const layers = [...options.layers ?? network.defaultLayers];
  const meter = await StrengthMeter.create(engine, network, layers, size);
  const estimator = await namedFlow({ ...finder, engine, size, sizeField, updates: measuringUpdates });
  try {
    const tally = new Tally(meter, estimator);
    const total = Math.min(options.frames ?? Infinity, infos.source.frames);
    for await (const frames of pairs(infos, options)) {
      signal?.throwIfAborted();
      const picture = (frame: SourceFrame) => pictureOf(frame.rgb, frame, size);
      await tally.add({ source: picture(frames.source), dreamed: picture(frames.dreamed) });
      options.onFrame?.(tally.frames, Math.max(total, tally.frames));
    }
    const instruments = { network: network.name, flow: estimator.name };
    return { files: { source, dreamed }, ...size, ...instruments, ...tally.result(layers) };
  } finally {
    estimator.close();
  }
}

/** Without `model`, the network that would dream with these layers. */
function measuringNetwork({ model, layers }: EvaluateOptions): string {
  return settings({ given: { model: model ?? "auto", ...(layers && { layers: [...layers] }) } }).model;
}

/** Naming weights implies RAFT. */
function flowFinder({ flow, flowModel: model }: EvaluateOptions): { flow: "dis" | "raft"; model?: string } {
  if (model === undefined) return { flow: flow ?? "dis" };
  if (flow === "dis") {
    throw invalidParameter("flowModel", line`${{ field: "flowModel" }} names weights of raft`, {
      advice: ["leave it out", line`${{ field: "flow", value: "dis" }}`],
    });
  }
  return { flow: "raft", model };
}

/**
 * Checks that the sizes match, but for one row or column: an encoder that cannot store odd sizes adds or
 * drops it.
 *
 * @throws {ReverieError} if they differ by more
 */
function requireSameSize({ source, dreamed }: Both<SourceInfo>): void {
  const near = (a: number, b: number) => Math.abs(a - b) <= 1;
  if (near(source.width, dreamed.width) && near(source.height, dreamed.height)) return;
  const words = ({ path, width, height }: SourceInfo) => line`${{ path }} is ${width}x${height}`;
  throw new ReverieError("unusable_video", line`${words(dreamed)}, but ${words(source)}`, {
    advice: ["give a dream and its own source"],
  });
}

/**
 * Checks that the pictures are large enough for the network.
 *
 * @throws {ReverieError} if they are not
 */
function requireSize(source: SourceInfo, measured: Size, least: number): void {
  const shorter = (size: Size) => Math.min(size.width, size.height);
  if (shorter(measured) >= least) return;
  const { width, height } = measured;
  if (shorter(source) < least) {
    throw new ReverieError(
      "unusable_video",
      line`${{ path: source.path }} is too small to measure: ${least} pixels on its shorter side are needed`,
    );
  }
  throw invalidParameter(
    "imageSize",
    `${width}x${height} is too small to measure, ${least} pixels on the shorter side are needed`,
    { advice: [line`raise ${{ field: "imageSize" }}`] },
  );
}

/**
 * Compares the numbers of frames before any work if both files state them; otherwise {@link pairs} does.
 *
 * @throws {ReverieError} if they differ within the frames to compare
 */
function requireSameLength(infos: Both<SourceInfo>, limit: number): void {
  const { source, dreamed } = infos;
  if (!source.framesExact || !dreamed.framesExact) return;
  const frames = Math.min(source.frames, dreamed.frames);
  if (source.frames === dreamed.frames || frames >= limit) return;
  throw lengthError(infos, frames, source.frames < dreamed.frames);
}

/** The frames of both videos, in pairs. */
async function* pairs(infos: Both<SourceInfo>, options: EvaluateOptions): AsyncGenerator<Both<SourceFrame>> {
  const decodeOptions = options.signal ? { signal: options.signal } : {};
  const source = decode(infos.source, decodeOptions), dreamed = decode(infos.dreamed, decodeOptions);
  let first: Both<SourceFrame> | undefined;
  try {
    for (let index = 0; index < (options.frames ?? Infinity); index++) {
      const [a, b] = await Promise.all([source.next(), dreamed.next()]);
      if (a.done && b.done) return;
      if (a.done || b.done) throw lengthError(infos, index, Boolean(a.done));
      const both = { source: a.value, dreamed: b.value };
      requireSameTime(infos, both, first ??= both);
      yield both;
    }
  } finally {
    await Promise.all([source.return(undefined), dreamed.return(undefined)]);
  }
}

function lengthError(
  { source, dreamed }: Both<SourceInfo>,
  frames: number,
  sourceEnds: boolean,
): ReverieError {
  const [short, long] = sourceEnds ? [source, dreamed] : [dreamed, source];
  const wrong = line`${{ path: short.path }} ends after frame ${frames}, ${{ path: long.path }} goes on`;
  return new ReverieError("unusable_video", wrong, {
    advice: [line`${{ field: "frames", value: frames }} compares what both have`],
  });
}

/**
 * Checks that both frames are shown at the same time: otherwise one video dropped or duplicated frames.
 *
 * @throws {ReverieError} if they are not
 */
function requireSameTime(
  infos: Both<SourceInfo>,
  { source, dreamed }: Both<SourceFrame>,
  first: Both<SourceFrame>,
) {
  const times = { source: source.pts - first.source.pts, dreamed: dreamed.pts - first.dreamed.pts };
  if (Math.abs(times.source - times.dreamed) <= Math.max(0.025, source.duration / 2)) return;
  const place = (which: "source" | "dreamed") =>
    line`${times[which].toFixed(3)} s in ${{ path: infos[which].path }}`;
  throw new ReverieError(
    "unusable_video",
    line`frame ${source.index} is shown at ${place("source")}, but at ${place("dreamed")}`,
    { advice: ["give a dream of the whole source"] },
  );
}

/** Accumulates the measurements of each frame. */
class Tally {
  readonly #meter: StrengthMeter;
  readonly #estimator: FlowEstimator;
  #previous: Both<Picture> | undefined;
  readonly #errors: Both<number[]> = { source: [], dreamed: [] };
  readonly #visible: number[] = [];
  readonly #strengths: Both<number[][]> = { source: [], dreamed: [] };
  readonly #looks: Both<Look[]> = { source: [], dreamed: [] };
  readonly #squaredErrors: number[] = [];
  readonly #similarities: number[] = [];

  constructor(meter: StrengthMeter, estimator: FlowEstimator) {
    this.#meter = meter;
    this.#estimator = estimator;
  }

  get frames(): number {
    return this.#squaredErrors.length;
  }

  async add(pictures: Both<Picture>): Promise<void> {
    const previous = this.#previous;
    this.#previous = pictures;
    const [source, dreamed, pair] = await Promise.all([
      this.#meter.measure(pictures.source),
      this.#meter.measure(pictures.dreamed),
      previous && this.#estimator.pair(previous.source, pictures.source),
    ]);
    this.#strengths.source.push(source);
    this.#strengths.dreamed.push(dreamed);
    this.#squaredErrors.push(meanSquaredError(pictures.source, pictures.dreamed));
    this.#similarities.push(structuralSimilarity(pictures.source, pictures.dreamed));
    for (const which of ["source", "dreamed"] as const) this.#looks[which].push(look(pictures[which]));
    if (!previous || !pair) return;
    const mask = visiblePixels(pair);
    this.#visible.push(mean(mask));
    for (const which of ["source", "dreamed"] as const) {
      const error = warpingError(previous[which], pictures[which], pair.backward, mask);
      if (error !== undefined) this.#errors[which].push(error);
    }
  }

  result(layers: string[]): Omit<Evaluation, "files" | "width" | "height" | "network" | "flow"> {
    const error = (values: number[]) => values.length === 0 ? undefined : 1000 * mean(values);
    const kept = mean(this.#squaredErrors);
    return {
      frames: this.frames,
      warpingError: { source: error(this.#errors.source), dreamed: error(this.#errors.dreamed) },
      visible: this.#visible.length === 0 ? undefined : mean(this.#visible),
      strength: this.#strength(layers),
      kept: { psnr: kept === 0 ? undefined : psnr(kept), ssim: mean(this.#similarities) },
      drift: { source: drift(this.#looks.source), dreamed: drift(this.#looks.dreamed) },
    };
  }

  #strength(layers: string[]): Evaluation["strength"] {
    const ofLayer = (values: number[][], layer: number) => mean(values.map((each) => each[layer]!));
    const each = layers.map((_, layer) => ({
      source: ofLayer(this.#strengths.source, layer),
      dreamed: ofLayer(this.#strengths.dreamed, layer),
    }));
    const source = mean(each.map((both) => both.source)), dreamed = mean(each.map((both) => both.dreamed));
    const byName = Object.fromEntries(layers.map((layer, index) => [layer, each[index]!]));
    return { source, dreamed, ratio: dreamed / source, layers: byName };
  }
}
