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
import { Adam } from "./adam.ts";
import { contrastGraph } from "./contrast.ts";
import { isTilting, type RandomTransforms, randomTurn, tilted } from "./turn.ts";
import { Lbfgs, type LbfgsSessions, loadLbfgs } from "./lbfgs.ts";
import { Ascent, type Optimizer, type OptimizerName } from "./optimizer.ts";
import { type ChannelOptions, isRankedOnce } from "./channels.ts";
import { channelLines } from "./channel_lines.ts";
import { rankGraph, stepGraph, type StepOptions } from "./step_graph.ts";

/** Fixed settings of a dreamer: changing them requires a new one. */
export interface DreamerOptions extends Omit<StepOptions, "forms"> {
  /** The size of the pictures. Default: that of the last octave. */
  working?: Size | undefined;
  /** The size at which channels are ranked once. Default: that of the pictures. */
  capture?: Size | undefined;
  /** The percentile of the picture that every step makes white. Default: contrast stays as it is. */
  adjustContrast?: number | undefined;
  /** Called once if a picture does not move the layers, so that it stays as it is. */
  onWarning?: ((line: Line) => void) | undefined;
}

/** Settings that may differ from picture to picture. */
export interface DreamSettings {
  /** Gradient steps per octave. */
  steps: number;
  /** Passes over all octaves. */
  passes: number;
  /** Learning rate: for ascent the mean change per step, in [0, 1]. */
  rate: number;
  /** Number of earlier steps that L-BFGS remembers. Default: 100. */
  history?: number;
  /** Largest random shift before each step, in pixels. */
  jitter: number;
  random: Random;
  /** Called with a line per layer that says which channels grow, before the first step. */
  onChannels?: ((lines: string[]) => void) | undefined;
  /** Called after every gradient step; the dream continues when it resolves. */
  onStep?: ((step: Step) => Promise<void>) | undefined;
  signal?: AbortSignal;
}

/** A gradient step that has been taken; all counts begin with 1. */
export interface Step {
  pass: number;
  octave: number;
  octaves: number;
  step: number;
  steps: number;
  /** Whether it is the last of its pass. */
  endsPass: boolean;
  /** The loss before the step. */
  loss: Value;
  /** The picture at the octave's size, float32 [1, 3, h, w] in [0, 1]; not to be released. */
  picture: Value;
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

/** A step's graph, and the size at which its network sees the picture. */
interface View {
  step: Session;
  size: Size;
}

/** One octave: its size and its graphs. */
interface Octave {
  size: Size;
  /** Graphs for the upright picture and, if it may lie on its side, for that. */
  views: View[];
  contrast: Session | undefined;
  lbfgs: LbfgsSessions | undefined;
  /** Scales the picture down to this octave and adds the detail of the octave below. */
  enter: Session;
}

/** Holds the sessions for one working size. */
export class Dreamer {
  readonly #octaves: Octave[];
  /** Scales the detail of the last octave to the working size, if that is another. */
  readonly #leave: Session | undefined;
  readonly #optimizer: OptimizerName;
  /** Chooses channels on the picture that a dream begins with. */
  readonly #rank: Session | undefined;
  readonly #transforms: RandomTransforms;
  readonly #layers: string;
  readonly #channels: ChannelOptions & { layers: readonly string[] };
  #onWarning: DreamerOptions["onWarning"];

  private constructor(
    octaves: Octave[],
    options: DreamerOptions,
    rank?: Session,
    leave?: Session,
  ) {
    const { optimizer = "ascent", randomTransforms = "none", layers, onWarning } = options;
    this.#octaves = octaves;
    this.#channels = options;
    this.#leave = leave;
    this.#optimizer = optimizer;
    this.#transforms = randomTransforms;
    this.#rank = rank;
    this.#layers = layers.join(", ");
    this.#onWarning = onWarning;
  }

  /**
   * Builds and loads the graphs.
   *
   * @param sizes octaves in the order in which they are dreamed
   * @throws the signal's reason when it is aborted
   */
  static async create(
    engine: Engine,
    network: Network,
    sizes: Size[],
    options: DreamerOptions,
    signal?: AbortSignal,
  ): Promise<Dreamer> {
    const last = sizes.at(-1)!;
    const { working = last, optimizer = "ascent", randomTransforms = "none", adjustContrast } = options;
    const octaves: Octave[] = [];
    for (const [index, size] of sizes.entries()) {
      signal?.throwIfAborted();
      const views: View[] = [];
      for (const isTilted of isTilting(randomTransforms) ? [false, true] : [false]) {
        const forms = gradientForms(engine.provider);
        const step = await engine.load(stepGraph(network, size, { ...options, forms }, isTilted));
        views.push({ step, size: isTilted ? tilted(size) : size });
      }
      const contrast = adjustContrast === undefined
        ? undefined
        : await engine.load(contrastGraph(size, adjustContrast, network.preprocessing.mean));
      octaves.push({
        size,
        views,
        contrast,
        lbfgs: optimizer === "lbfgs" ? await loadLbfgs(engine, size) : undefined,
        enter: await engine.load(enterGraph(working, size, sizes[index - 1])),
      });
    }
    const rank = isRankedOnce(options)
      ? await engine.load(rankGraph(network, working, options, options.capture))
      : undefined;
    const isWhole = last.height === working.height && last.width === working.width;
    const leave = isWhole ? undefined : await engine.load(enterGraph(working, working, last));
    return new Dreamer(octaves, options, rank, leave);
  }

  /**
   * Dreams on a picture of the working size, which the caller still owns.
   *
   * @throws the signal's reason when it is aborted
   */
  async dream(picture: Value, settings: DreamSettings): Promise<Dreamed> {
    let dreamed: Dreamed = { picture, loss: 0 };
    const chosen = await this.#rank?.run({ picture }) ?? {};
    settings.onChannels?.(await channelLines(this.#channels, chosen));
    for (let pass = 0; pass < settings.passes; pass++) {
      const next = await this.#pass(dreamed.picture, chosen, settings, pass + 1);
      if (dreamed.picture !== picture) dreamed.picture.release();
      dreamed = next;
    }
    for (const mask of Object.values(chosen)) mask.release();
    return dreamed;
  }

  async #pass(
    picture: Value,
    chosen: Record<string, Value>,
    settings: DreamSettings,
    pass: number,
  ): Promise<Dreamed> {
    let below: { base: Value; dreamed: Value } | undefined;
    let loss = 0;
    let strength = 0;
    for (const [index, octave] of this.#octaves.entries()) {
      const feeds: Record<string, Value> = below
        ? { picture, baseBelow: below.base, dreamedBelow: below.dreamed }
        : { picture };
      const entered = await octave.enter.run<"base" | "start">(feeds);
      below?.base.release();
      below?.dreamed.release();
      const optimizer = this.#optimizerAt(octave, settings);
      const start = { ...chosen, picture: entered.start };
      const place = { pass, octave: index + 1, octaves: this.#octaves.length };
      const climbed = await this.#climb(octave, optimizer, start, settings, place);
      below = { base: entered.base, dreamed: climbed.picture };
      loss = climbed.loss;
      strength += climbed.strength;
    }
    if (this.#leave) {
      const feeds = { picture, baseBelow: below!.base, dreamedBelow: below!.dreamed };
      const { base, start } = await this.#leave.run<"base" | "start">(feeds);
      below!.base.release();
      below!.dreamed.release();
      below = { base, dreamed: start };
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

  /** Every octave begins with a new one, as in neural-dream. */
  #optimizerAt({ size, lbfgs }: Octave, { rate, history = 100 }: DreamSettings): Optimizer {
    if (lbfgs) return new Lbfgs(lbfgs, 255 * rate, history);
    return this.#optimizer === "adam" ? new Adam(size, rate) : new Ascent(rate);
  }

  /** Climbs at one size. Releases the picture and the optimiser. */
  async #climb(
    { views, contrast }: Octave,
    optimizer: Optimizer,
    { picture, ...chosen }: { picture: Value; [mask: string]: Value },
    { steps, jitter, random, onStep, signal }: DreamSettings,
    place: Pick<Step, "pass" | "octave" | "octaves">,
  ): Promise<Dreamed & { strength: number }> {
    let last: { loss: Value; strength: Value } | undefined;
    const replace = (next: Value) => {
      picture.release();
      picture = next;
    };
    for (let step = 0; step < steps; step++) {
      signal?.throwIfAborted();
      if (contrast) replace((await contrast.run<"stretched">({ picture })).stretched);
      const turn = randomTurn(random, this.#transforms);
      const view = views[turn % 2]!;
      const shift = randomShift(random, jitter, view.size);
      const half = this.#transforms === "none" ? {} : { half: floatTensor([turn >> 1], []) };
      const next = await optimizer.step(view.step, { ...chosen, ...half, picture, shift });
      replace(next.dreamed);
      last?.loss.release();
      last?.strength.release();
      last = next;
      const endsPass = step + 1 === steps && place.octave === place.octaves;
      await onStep?.({ ...place, step: step + 1, steps, endsPass, loss: next.loss, picture });
    }
    optimizer.release();
    const numberOf = async (value?: Value) => value ? Number((await value.take()).data[0]) : 0;
    const [loss, strength] = await Promise.all([numberOf(last?.loss), numberOf(last?.strength)]);
    return { picture, loss, strength };
  }

  /** Releases all sessions. */
  async release(): Promise<void> {
    const sessions = this.#octaves.flatMap(({ views, enter, contrast, lbfgs = {} }) => [
      ...views.map(({ step }) => step),
      enter,
      ...(contrast ? [contrast] : []),
      ...Object.values(lbfgs),
    ]);
    if (this.#rank) sessions.push(this.#rank);
    if (this.#leave) sessions.push(this.#leave);
    await Promise.all(sessions.map((session) => session.release()));
  }
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
