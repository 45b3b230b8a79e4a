/** Everything that dreaming one source needs, made once and released together. */
import { Engine } from "../../models/engine/engine.ts";
import { checkFlow, chooseFlow, type ChosenFlow, roomForRaft } from "../../models/flow/choose.ts";
import type { FlowEstimator } from "../../models/flow/flow.ts";
import type { Line } from "../../models/line.ts";
import type { Network } from "../../models/networks/network.ts";
import { openNetwork } from "../../models/networks/open.ts";
import type { DownloadProgress } from "../../models/download_options.ts";
import { Blender } from "../blend.ts";
import { dreamCostKey, dreamSeconds } from "../settings/dream_cost.ts";
import { Dreamers } from "../dreamer/dreamers.ts";
import { flowSizeOf, type FlowSource, leastFlowSize } from "./flow_size.ts";
import type { Size } from "../graphs/picture.ts";
import { OcclusionCheck } from "../occlusion.ts";
import type { Parameters } from "../settings/parameters.ts";
import { Scaler } from "../graphs/scaler.ts";
import { workingSize } from "./working_size.ts";

/** What to make a rig for. */
export interface RigOptions {
  source: FlowSource;
  parameters: Parameters;
  /** Execution providers in order of preference. */
  providers?: readonly string[];
  /** Resident memory that the process may have, in bytes; no more than there is by default. */
  memory?: number;
  onDownload?: DownloadProgress;
  /** Ends a download, a trial, and building between two graphs; rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** What only frames with a frame before them need. */
interface MotionRig {
  flow: ChosenFlow;
  check: OcclusionCheck;
  blender: Blender;
}

/**
 * Throws a ReverieError where the flow that the settings ask for cannot be had, within `room` bytes of memory. It does not
 * depend on the network that dreams.
 */
export async function checkMotion(
  { source, parameters, memory }: Pick<RigOptions, "source" | "parameters" | "memory">,
  room = roomForRaft(memory),
): Promise<void> {
  const { flow, flowModel: model } = parameters;
  const size = leastFlowSize(source, parameters);
  if (size) await checkFlow({ flow, model, size, room });
}

/** The engine and all sessions for one source and one set of parameters. */
export class Rig {
  readonly engine: Engine;
  readonly working: Size;
  /** Name of the network that dreams, and the layers that it dreams with. */
  readonly network: string;
  readonly layers: readonly string[];
  readonly scaler: Scaler;
  readonly dreamers: Dreamers;
  readonly estimator: FlowEstimator | undefined;
  /** Why it is that estimator, where the settings left a choice. */
  readonly flowReason: Line | undefined;
  readonly check: OcclusionCheck | undefined;
  readonly blender: Blender | undefined;

  private constructor(
    engine: Engine,
    working: Size,
    network: { name: string; layers: readonly string[] },
    scaler: Scaler,
    dreamers: Dreamers,
    motion?: MotionRig,
  ) {
    this.engine = engine;
    this.working = working;
    this.network = network.name;
    this.layers = network.layers;
    this.scaler = scaler;
    this.dreamers = dreamers;
    this.estimator = motion?.flow.estimator;
    this.flowReason = motion?.flow.reason;
    this.check = motion?.check;
    this.blender = motion?.blender;
  }

  /**
   * Opens the network (fetching it on first use), starts the engine and builds all graphs.
   *
   * Throws a ReverieError for a network, layer, provider or flow that cannot be had, the flow before all else; and the
   * signal's reason when it was aborted.
   */
  static async create(options: RigOptions): Promise<Rig> {
    const { parameters, providers, memory, onDownload, signal } = options;
    // Before the dream takes its part of the memory.
    const room = roomForRaft(memory);
    // Before anything is fetched or built.
    await checkMotion(options, room);
    const network = await openNetwork(parameters, { onProgress: onDownload, signal });
    const engine = await Engine.start(providers ? { providers } : {});
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
    { source, parameters, signal }: RigOptions,
    room: number,
  ): Promise<Rig> {
    const { num, den } = source.sampleAspect;
    const working = workingSize(source, num / den, parameters.imageSize, { smallest: network.minimumSize });
    const flowSize = flowSizeOf(source, parameters, working);
    const dreamed = { name: network.name, layers: parameters.layers ?? network.defaultLayers };
    const dreamers = await Dreamers.create({ engine, network, working, parameters, signal });
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

  /** Ends the engine and the flow estimator; what is under way is rejected. */
  close(): void {
    this.estimator?.close();
    this.engine.close();
  }

  /** The same in order: what onnxruntime holds is freed, too, which matters in programs that go on. */
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
