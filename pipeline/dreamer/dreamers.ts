/** The dreamer for the settings of the moment. */
import type { Engine } from "../../models/engine/engine.ts";
import type { Network } from "../../models/networks/network.ts";
import { openNetwork } from "../../models/networks/open.ts";
import type { Size } from "../graphs/picture.ts";
import { type Parameters, parametersWith } from "../settings/parameters.ts";
import { octaveSizes } from "../run/working_size.ts";
import { Dreamer } from "./dreamer.ts";

/** What a dreamer is made for. */
export interface DreamersOptions {
  engine: Engine;
  network: Network;
  working: Size;
  parameters: Parameters;
  /** Ends building between two octaves. */
  signal?: AbortSignal | undefined;
}

/**
 * Holds one dreamer and replaces it when a setting changes that its graphs are made for. The network itself is not
 * kept in memory for that: it is opened again.
 */
export class Dreamers {
  readonly #engine: Engine;
  readonly #working: Size;
  #key: string;
  #dreamer: Dreamer;

  private constructor({ engine, working, parameters }: DreamersOptions, dreamer: Dreamer) {
    this.#engine = engine;
    this.#working = working;
    this.#key = keyOf(parameters);
    this.#dreamer = dreamer;
  }

  /**
   * Builds the first dreamer. Throws a ReverieError for layers and channels that the network does not have, and the
   * signal's reason when it was aborted.
   */
  static async create(options: DreamersOptions): Promise<Dreamers> {
    return new Dreamers(options, await build(options));
  }

  /**
   * The dreamer for these settings, the one of the last call where nothing changed that it is made for. Throws a
   * ReverieError like {@link create}; the dreamer before is then still there.
   */
  async for(parameters: Parameters): Promise<Dreamer> {
    const key = keyOf(parameters);
    if (key === this.#key) return this.#dreamer;
    const network = await openNetwork(parameters);
    const dreamer = await build({ engine: this.#engine, working: this.#working, network, parameters });
    await this.#dreamer.release();
    this.#dreamer = dreamer;
    this.#key = key;
    return dreamer;
  }
}

async function build(options: DreamersOptions): Promise<Dreamer> {
  const { engine, network, working, parameters, signal } = options;
  const { octaves, octaveScale } = parameters;
  const layers = parameters.layers ?? network.defaultLayers;
  const sizes = octaveSizes(working, octaves, octaveScale, network.minimumSize);
  return await Dreamer.create(engine, network, sizes, { ...parameters, layers }, signal);
}

/** The settings that fix the graphs. */
const fixing = parametersWith(({ costs }) => costs?.includes("graphs") ?? false);

function keyOf(parameters: Parameters): string {
  return JSON.stringify(fixing.map((name) => parameters[name] ?? null));
}
