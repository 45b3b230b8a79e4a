/** Everything needed to dream one source, created once and released together. */
import { availableMemory } from "../../models/available_memory.ts";
import { Engine } from "../../models/engine/engine.ts";
import { checkFlow, chooseFlow, type ChosenFlow, roomForRaft } from "../../models/flow/choose.ts";
import type { FlowEstimator } from "../../models/flow/flow.ts";
import { type Line, line } from "../../models/line.ts";
import { inputSizes } from "../../models/networks/input_sizes.ts";
import type { Network } from "../../models/networks/network.ts";
import { openNetwork } from "../../models/networks/open.ts";
import type { DownloadProgress } from "../../models/download_options.ts";
import { Blender } from "../blend.ts";
import { dreamCostKey, dreamSeconds } from "../settings/dream_cost.ts";
import { Dreamers } from "../dreamer/dreamers.ts";
import { renderingBytes, requireMemory, stepMemory } from "./dream_memory.ts";
import type { EnginePool } from "./engines.ts";
import { flowSizeOf, type FlowSource, leastFlowSize } from "./flow_size.ts";
import type { Size } from "../graphs/picture.ts";
import { OcclusionCheck } from "../occlusion.ts";
import { defaults, type Parameters } from "../settings/parameters.ts";
import { Scaler } from "../graphs/scaler.ts";
import { dreamSize } from "./working_size.ts";

/** Options of {@link Rig.create}. */
export interface RigOptions {
  source: FlowSource;
  parameters: Parameters;
  /** Execution providers in order of preference. */
  providers?: readonly string[];
  /** Memory that the rendering may take on the CPU, in bytes; it is refused if it needs more. Default: no limit. */
  memory?: number;
  /** Called with an estimate of the memory that the rendering takes, in bytes, if that is limited. */
  onMemory?: ((bytes: number) => void) | undefined;
  /** Where the engine's Worker comes from, in programs that keep running. */
  engines?: EnginePool | undefined;
  onDownload?: DownloadProgress;
  /** Called with one line about what the network cannot do, which does not end the dream. */
  onWarning?: (line: Line) => void;
  /** Stops a download, a trial, or building between two graphs; rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** What is needed only for frames that follow another. */
interface MotionRig {
  flow: ChosenFlow;
  check: OcclusionCheck;
  blender: Blender;
}

/**
 * Checks that the flow that the settings ask for is available, whichever network dreams.
 *
 * @param room memory that RAFT may use, in bytes
 * @throws {ReverieError} if the flow is not available or does not fit into `room`
 */
export async function checkMotion(
  { source, parameters, memory }: Pick<RigOptions, "source" | "parameters" | "memory">,
  room = roomForRaft(memory),
): Promise<void> {
  const { flow, flowModel: model } = parameters;
  const size = leastFlowSize(source, parameters);
  if (size) await checkFlow({ flow, model, size, room });
}

function onlySizeNote(layers: readonly string[], { height, width }: Size): Line {
  const several = layers.length > 1 ? "these layers" : `the layer ${layers[0]}`;
  return `the network can run up to ${several} at ${width}x${height} only: frames are dreamed at that size, in one octave`;
}

/** Says that a source smaller than what was asked for is not enlarged. */
function notEnlargedNote({ height, width }: Size, { imageSize }: Parameters): Line {
  return line`${{
    field: "imageSize",
    value: imageSize,
  }} is larger than what is dreamed, ${width}x${height}: a source is not enlarged`;
}

/** The engine and all sessions for one source and one set of parameters. */
export class Rig {
  readonly engine: Engine;
  readonly working: Size;
  /** Name of the network that dreams, and the layers that it dreams with. */
  readonly network: string;
  readonly layers: readonly string[];
  /** The colour about which the network sees pictures, RGB in [0, 1]. */
  readonly meanColour: readonly number[];
  readonly scaler: Scaler;
  readonly dreamers: Dreamers;
  readonly estimator: FlowEstimator | undefined;
  /** Why this estimator was chosen, if the settings left a choice. */
  readonly flowReason: Line | undefined;
  readonly check: OcclusionCheck | undefined;
  readonly blender: Blender | undefined;

  private constructor(
    engine: Engine,
    working: Size,
    network: { name: string; layers: readonly string[]; meanColour: readonly number[] },
    scaler: Scaler,
    dreamers: Dreamers,
    motion?: MotionRig,
  ) {
    this.engine = engine;
    this.working = working;
    this.network = network.name;
    this.layers = network.layers;
    this.meanColour = network.meanColour;
    this.scaler = scaler;
    this.dreamers = dreamers;
    this.estimator = motion?.flow.estimator;
    this.flowReason = motion?.flow.reason;
    this.check = motion?.check;
    this.blender = motion?.blender;
  }

  /**
   * Checks the flow, opens the network (downloaded on first use), starts the engine and builds all graphs.
   *
   * @throws {ReverieError} for a flow, network, layer or provider that is not available, or for settings that need
   *   more memory than the rendering may take; the flow is checked first
   * @throws the signal's reason when it is aborted
   */
  static async create(options: RigOptions): Promise<Rig> {
    const { parameters, providers, memory, engines: pool, onDownload, signal } = options;
    // Measured before the dream takes its share of the memory.
    const room = roomForRaft(memory);
    // Checked before anything is downloaded or built.
    await checkMotion(options, room);
    const network = await openNetwork(parameters, { onProgress: onDownload, signal });
    const engine = await Engine.start({ pool, ...(providers && { providers }) });
    try {
      return await Rig.#build(engine, network, options, room);
    } catch (error) {
      await engine.release();
      throw error;
    }
  }

  static async #build(
    engine: Engine,
    network: Network,
    options: RigOptions,
    room: number,
  ): Promise<Rig> {
    const { source, parameters, onWarning, signal } = options;
    const { num, den } = source.sampleAspect;
    const layers = parameters.layers ?? network.defaultLayers;
    const sizes = inputSizes(network, layers);
    const working = dreamSize(source, num / den, parameters.imageSize, sizes);
    const flowSize = flowSizeOf(source, parameters, working);
    if (engine.provider === "cpu") room = spare(room, network, working, options);
    if (sizes.only) onWarning?.(onlySizeNote(layers, sizes.only));
    else if (
      parameters.imageSize > defaults.imageSize &&
      Math.max(working.height, working.width) < parameters.imageSize
    ) {
      onWarning?.(notEnlargedNote(working, parameters));
    }
    const dreamed = { name: network.name, layers, meanColour: network.preprocessing.mean };
    const dreamers = await Dreamers.create({ engine, network, working, parameters, onWarning, signal });
    signal?.throwIfAborted();
    const scaler = await Scaler.create(engine, source, working, flowSize);
    if (!flowSize) return new Rig(engine, working, dreamed, scaler, dreamers);
    const { flow, flowModel: model, flowUpdates: updates, carry } = parameters;
    signal?.throwIfAborted();
    const trial = { engine, dreamers, working, parameters };
    return new Rig(engine, working, dreamed, scaler, dreamers, {
      check: await OcclusionCheck.create(engine, flowSize, working),
      blender: await Blender.create(engine, carry, working),
      flow: await chooseFlow({
        ...{ flow, model, updates, engine, size: flowSize, room, signal },
        frameSeconds: (signal) => dreamSeconds(trial, signal),
        frameKey: dreamCostKey(trial),
      }),
    });
  }

  /** Closes the engine and the flow estimator; pending work is rejected. */
  close(): void {
    this.estimator?.close();
    this.engine.close();
  }

  /**
   * Closes everything in order and frees what onnxruntime holds, which matters in programs that keep running.
   */
  async release(): Promise<void> {
    this.estimator?.close();
    await this.engine.release();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }
}

/**
 * Memory in bytes that is left for RAFT, of the `room` there is for it, beside the rest of a rendering.
 *
 * @throws {ReverieError} if the rest alone takes more memory than the rendering may
 */
function spare(
  room: number,
  network: Network,
  working: Size,
  { source, parameters, memory, onMemory }: RigOptions,
): number {
  if (memory === undefined) return room;
  const bytes = renderingBytes(stepMemory(network, parameters), { source, working, parameters });
  requireMemory(bytes, Math.min(memory, availableMemory()), working, parameters);
  onMemory?.(bytes);
  return Math.min(room, memory - bytes);
}
