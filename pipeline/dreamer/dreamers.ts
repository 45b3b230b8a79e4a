/** The dreamer for the current settings. */
import type { Engine } from "../../models/engine/engine.ts";
import { type InputSizes, inputSizes } from "../../models/networks/input_sizes.ts";
import type { Line } from "../../models/line.ts";
import type { Network } from "../../models/networks/network.ts";
import { openNetwork } from "../../models/networks/open.ts";
import type { Size } from "../graphs/picture.ts";
import { defaults, type Parameters, parametersWith } from "../settings/parameters.ts";
import { lookFor, presetOf } from "../settings/presets.ts";
import { Dreamer } from "./dreamer.ts";
import { leftOutNote, planOctaves } from "./octaves.ts";

/** Options of {@link Dreamers.create}. */
export interface DreamersOptions {
  engine: Engine;
  network: Network;
  working: Size;
  parameters: Parameters;
  /** Called with one line about layers that a picture does not move. */
  onWarning?: ((line: Line) => void) | undefined;
  /** Stops building between two octaves. */
  signal?: AbortSignal | undefined;
}

/**
 * Holds one dreamer and replaces it when a setting changes that requires new graphs. The network is not kept
 * in memory; it is opened again when needed.
 */
export class Dreamers {
  readonly #engine: Engine;
  readonly #working: Size;
  readonly #onWarning: DreamersOptions["onWarning"];
  #key: string;
  #dreamer: Dreamer;

  private constructor({ engine, working, parameters, onWarning }: DreamersOptions, dreamer: Dreamer) {
    this.#engine = engine;
    this.#working = working;
    this.#onWarning = onWarning;
    this.#key = keyOf(parameters);
    this.#dreamer = dreamer;
  }

  /**
   * Builds the first dreamer.
   *
   * @throws {ReverieError} for layers or channels that the network does not have
   * @throws the signal's reason when it is aborted
   */
  static async create(options: DreamersOptions): Promise<Dreamers> {
    return new Dreamers(options, await build(options));
  }

  /**
   * Returns the dreamer for these settings: the previous one unless a setting changed that requires new
   * graphs. If building fails, the previous dreamer remains.
   *
   * @throws {ReverieError} if the network cannot be opened, or for layers or channels that it does not have
   */
  async for(parameters: Parameters): Promise<Dreamer> {
    const key = keyOf(parameters);
    if (key === this.#key) return this.#dreamer;
    const network = await openNetwork(parameters);
    const dreamer = await build({
      ...{ engine: this.#engine, working: this.#working, onWarning: this.#onWarning },
      ...{ network, parameters },
    });
    await this.#dreamer.release();
    this.#dreamer = dreamer;
    this.#key = key;
    return dreamer;
  }
}

async function build(options: DreamersOptions): Promise<Dreamer> {
  const { engine, network, working, parameters, onWarning, signal } = options;
  const layers = parameters.layers ?? network.defaultLayers;
  const weighting = parameters.weighting ?? (parameters.optimizer === "ascent" ? "equal" : "plain");
  const inputs = inputSizes(network, layers);
  const plan = planOctaves(working, parameters, inputs);
  if (plan.leftOut.length > 0 && asksForOctaves(parameters, network.kind)) {
    onWarning?.(leftOutNote(plan, inputs.smallest));
  }
  const capture = parameters.captureSize === 0 ? undefined : captureSize(working, parameters, inputs);
  return await Dreamer.create(
    engine,
    network,
    plan.sizes,
    { ...parameters, layers, weighting, working, capture, onWarning },
    signal,
  );
}

/** The size on which channels are ranked: the picture with another longest side, or the picture if it does not fit. */
function captureSize(working: Size, { captureSize }: Parameters, inputs: InputSizes): Size {
  const settings = {
    octaves: 1,
    octaveScale: 2,
    octaveMode: "manual-max",
    octaveSizes: [captureSize],
  } as const;
  return planOctaves(working, settings, inputs).sizes[0]!;
}

/** Whether the octaves are not those that the network gets by default, which are as many as fit. */
function asksForOctaves(parameters: Parameters, network: string): boolean {
  const usual: Parameters = { ...defaults, ...lookFor(presetOf(undefined), network) };
  return (["octaves", "octaveScale", "octaveMode"] as const).some((name) => parameters[name] !== usual[name]);
}

/** The settings that the graphs depend on. */
const fixing = parametersWith(({ costs }) => costs?.includes("graphs") ?? false);

function keyOf(parameters: Parameters): string {
  return JSON.stringify(fixing.map((name) => parameters[name] ?? null));
}
