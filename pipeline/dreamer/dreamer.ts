/**
 * Dreams on one picture: octaves from small to large, each with a number of gradient steps. The detail of one
 * octave is carried into the next (Google's dream.ipynb, 2015).
 */
import type { Engine, Session, Value } from "../../models/engine/engine.ts";
import { invalidParameter, type ReverieError } from "../../models/errors.ts";
import { type Line, line } from "../../models/line.ts";
import type { Network } from "../../models/networks/network.ts";
import { GraphBuilder } from "../../models/onnx/build.ts";
import { floatTensor, intTensor, type Model } from "../../models/onnx/model.ts";
import { resize, type Size } from "../graphs/picture.ts";
import type { Random } from "../graphs/random.ts";
import { stepGraph, type StepOptions } from "./step_graph.ts";

/** Fixed settings of a dreamer: changing them requires a new one. */
export interface DreamerOptions extends Omit<StepOptions, "forms"> {
  /** Called once if a picture does not move the layers, so that it stays as it is. */
  onWarning?: ((line: Line) => void) | undefined;
}

/** Settings that may differ from picture to picture. */
export interface DreamSettings {
  /** Gradient steps per octave. */
  steps: number;
  /** Passes over all octaves. */
  passes: number;
  /** Mean change per step, in [0, 1]. */
  rate: number;
  /** Largest random shift before each step, in pixels. */
  jitter: number;
  random: Random;
  signal?: AbortSignal;
}

/** A dreamed picture. */
export interface Dreamed {
  /** float32 [1, 3, h, w] in [0, 1]; the caller releases it. */
  picture: Value;
  /** Loss at the last step of the largest octave; 0 if there was no step. */
  loss: number;
}

/** The forms of the gradient that run fastest, or at all, on an execution provider. */
export function gradientForms(provider: string): StepOptions["forms"] {
  if (provider === "cpu") return { maxPool: "codes" };
  return { maxPool: provider === "webgpu" ? "indexFree" : "indices" };
}

/** One octave: its size, and its two graphs. */
interface Octave {
  size: Size;
  step: Session;
  /** Scales the picture down to this octave and adds the detail of the octave below. */
  enter: Session;
}

/** Holds the sessions for one working size. */
export class Dreamer {
  readonly #octaves: Octave[];
  readonly #layers: string;
  #onWarning: DreamerOptions["onWarning"];

  private constructor(octaves: Octave[], { layers, onWarning }: DreamerOptions) {
    this.#octaves = octaves;
    this.#layers = layers.join(", ");
    this.#onWarning = onWarning;
  }

  /**
   * Builds and loads the graphs.
   *
   * @param sizes octaves from small to large; the last is the working size
   * @throws the signal's reason when it is aborted
   */
  static async create(
    engine: Engine,
    network: Network,
    sizes: Size[],
    options: DreamerOptions,
    signal?: AbortSignal,
  ): Promise<Dreamer> {
    const working = sizes.at(-1)!;
    const octaves: Octave[] = [];
    for (const [index, size] of sizes.entries()) {
      signal?.throwIfAborted();
      const step = stepGraph(network, size, { ...options, forms: gradientForms(engine.provider) });
      octaves.push({
        size,
        step: await engine.load(step),
        enter: await engine.load(enterGraph(working, size, sizes[index - 1])),
      });
    }
    return new Dreamer(octaves, options);
  }

  /**
   * Dreams on a picture of the working size, which the caller still owns.
   *
   * @throws the signal's reason when it is aborted
   */
  async dream(picture: Value, settings: DreamSettings): Promise<Dreamed> {
    let dreamed: Dreamed = { picture, loss: 0 };
    for (let pass = 0; pass < settings.passes; pass++) {
      const next = await this.#pass(dreamed.picture, settings);
      if (dreamed.picture !== picture) dreamed.picture.release();
      dreamed = next;
    }
    return dreamed;
  }

  async #pass(picture: Value, settings: DreamSettings): Promise<Dreamed> {
    let below: { base: Value; dreamed: Value } | undefined;
    let loss = 0;
    let strength = 0;
    for (const { size, step, enter } of this.#octaves) {
      const feeds: Record<string, Value> = below
        ? { picture, baseBelow: below.base, dreamedBelow: below.dreamed }
        : { picture };
      const entered = await enter.run<"base" | "start">(feeds);
      below?.base.release();
      below?.dreamed.release();
      const climbed = await climb(step, entered.start, size, settings);
      below = { base: entered.base, dreamed: climbed.picture };
      loss = climbed.loss;
      strength += climbed.strength;
    }
    below!.base.release();
    if (!Number.isFinite(loss + strength)) {
      below!.dreamed.release();
      throw this.#notFinite(loss);
    }
    if (strength === 0 && settings.steps > 0) this.#warnOfStillness();
    return { picture: below!.dreamed, loss };
  }

  #notFinite(loss: number): ReverieError {
    const what = Number.isFinite(loss) ? "the gradient" : "the activation";
    return invalidParameter("layers", `${what} of ${this.#layers} is not a finite number`, {
      advice: ["choose other layers", "export the network again"],
    });
  }

  #warnOfStillness(): void {
    this.#onWarning?.(
      line`the gradient of ${this.#layers} is zero, so a picture stays as it is: ${{
        field: "layers",
      }} names others`,
    );
    this.#onWarning = undefined;
  }

  /** Releases all sessions. */
  async release(): Promise<void> {
    await Promise.all(this.#octaves.flatMap(({ step, enter }) => [step.release(), enter.release()]));
  }
}

/** Gradient ascent at one size. Releases the picture it is given. */
async function climb(
  session: Session,
  picture: Value,
  size: Size,
  settings: DreamSettings,
): Promise<Dreamed & { strength: number }> {
  const rate = floatTensor([settings.rate], []);
  let last: { loss: Value; strength: Value } | undefined;
  for (let step = 0; step < settings.steps; step++) {
    settings.signal?.throwIfAborted();
    const shift = randomShift(settings.random, settings.jitter, size);
    const next = await session.run<"dreamed" | "loss" | "strength">({ picture, shift, rate });
    picture.release();
    last?.loss.release();
    last?.strength.release();
    picture = next.dreamed;
    last = next;
  }
  const numberOf = async (value?: Value) => value ? Number((await value.take()).data[0]) : 0;
  return { picture, loss: await numberOf(last?.loss), strength: await numberOf(last?.strength) };
}

/** A cyclic shift of up to `jitter` pixels either way on both axes, as int64 [2] (rows, columns). */
function randomShift(random: Random, jitter: number, { height, width }: Size) {
  const along = (length: number) => {
    const limit = Math.min(jitter, Math.floor(length / 2));
    return (random.below(2 * limit + 1) - limit + length) % length;
  };
  return intTensor([along(height), along(width)]);
}

/**
 * `picture` [1, 3, h, w] of the working size -> `base`, the picture at the octave's size, and `start`: the
 * base plus the change made by the octave below (`dreamedBelow` - `baseBelow`), scaled up.
 */
export function enterGraph(working: Size, size: Size, below?: Size): Model {
  const g = new GraphBuilder({ name: "enter octave", opset: 18 });
  const picture = g.input("picture", "float32", [1, 3, working.height, working.width]);
  const same = size.height === working.height && size.width === working.width;
  const base = same ? picture : resize(g, picture, 3, size);
  g.output("base", base, "float32");
  if (!below) {
    g.output("start", base, "float32");
    return g.build();
  }
  const dims = [1, 3, below.height, below.width];
  const detail = g.sub(g.input("dreamedBelow", "float32", dims), g.input("baseBelow", "float32", dims));
  g.output("start", g.clip(g.add(base, resize(g, detail, 3, size)), 0, 1), "float32");
  return g.build();
}
