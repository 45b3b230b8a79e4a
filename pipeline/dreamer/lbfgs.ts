/**
 * L-BFGS (Nocedal and Wright 2006, algorithm 7.4) without a line search, in the form of PyTorch. All vectors are
 * values of the engine and have the unit of a grey level; only their inner products are looked at here.
 */
import type { Engine, HostTensor, Session, Value } from "../../models/engine/engine.ts";
import { GraphBuilder } from "../../models/onnx/build.ts";
import { floatTensor, type Model } from "../../models/onnx/model.ts";
import { scaled, type Size } from "../graphs/picture.ts";
import type { Feeds, Optimizer, Stepped } from "./optimizer.ts";

/** Builds a graph from its inputs, in the order of `vectors` (of the picture's shape) and `scalars`. */
function graph(
  { height, width }: Size,
  { vectors, scalars }: { vectors: string[]; scalars: string[] },
  outputs: (g: GraphBuilder, ...inputs: string[]) => Record<string, string>,
): Model {
  const g = new GraphBuilder({ name: "L-BFGS" });
  const inputs = [
    ...vectors.map((name) => g.input(name, "float32", [1, 3, height, width])),
    ...scalars.map((name) => g.input(name, "float32", [])),
  ];
  for (const [name, value] of Object.entries(outputs(g, ...inputs))) g.output(name, value, "float32");
  return g.build();
}

const inner = (g: GraphBuilder, a: string, b: string) => g.reduceSum(g.mul(a, b), undefined, 0);

/** The graphs, named by what they compute. */
const graphs = {
  /** The length of the first step: the rate, or less where the gradient is long. */
  firstLength: (size: Size) =>
    graph(size, { vectors: ["gradient"], scalars: ["rate"] }, (g, gradient, rate) => {
      const least = g.div(g.scalar(1), g.add(g.reduceSum(g.abs(gradient!), undefined, 0), g.scalar(1e-30)));
      return { length: g.mul(g.op("Min", [least, g.scalar(1)]), rate!) };
    }),
  /** How the gradient (of what is minimised: the sign is turned) changed over the last step. */
  difference: (size: Size) =>
    graph(
      size,
      { vectors: ["gradient", "previous", "direction"], scalars: ["length"] },
      (g, gradient, previous, direction, length) => {
        const y = g.sub(previous!, gradient!), s = g.mul(direction!, length!);
        return { y, s, ys: inner(g, y, s), yy: inner(g, y, y) };
      },
    ),
  /** From the newest pair to the oldest. */
  backward: (size: Size) =>
    graph(size, { vectors: ["q", "s", "y"], scalars: ["ys"] }, (g, q, s, y, ys) => {
      const alpha = g.div(inner(g, s!, q!), ys!);
      return { alpha, next: g.sub(q!, g.mul(y!, alpha)) };
    }),
  /** The guess at the inverse of the Hessian that the pairs refine. */
  scale: (size: Size) =>
    graph(size, { vectors: ["q"], scalars: ["ys", "yy"] }, (g, q, ys, yy) => ({
      next: g.mul(q!, g.div(ys!, yy!)),
    })),
  /** From the oldest pair to the newest. */
  forward: (size: Size) =>
    graph(size, { vectors: ["q", "s", "y"], scalars: ["ys", "alpha"] }, (g, q, s, y, ys, alpha) => ({
      next: g.add(q!, g.mul(s!, g.sub(alpha!, g.div(inner(g, y!, q!), ys!)))),
    })),
  /** The picture after the step, in [0, 1]. */
  move: (size: Size) =>
    graph(
      size,
      { vectors: ["picture", "direction"], scalars: ["length"] },
      (g, picture, direction, length) => ({
        dreamed: g.clip(g.add(picture!, scaled(g, g.mul(direction!, length!), 1 / 255)), 0, 1),
      }),
    ),
};

/** The sessions of {@link graphs} for one size. */
export type LbfgsSessions = Record<keyof typeof graphs, Session>;

/** Loads the graphs for one size. */
export async function loadLbfgs(engine: Engine, size: Size): Promise<LbfgsSessions> {
  const loaded = Object.entries(graphs).map(async ([name, of]) =>
    [name, await engine.load(of(size))] as const
  );
  return Object.fromEntries(await Promise.all(loaded)) as LbfgsSessions;
}

/** What one step taught about the Hessian. */
type Pair = Record<"y" | "s" | "ys" | "yy", Value>;

interface LastStep {
  gradient: Value;
  direction: Value;
  /** How far it went along the direction. */
  length: Value | HostTensor;
}

/** Climbs with L-BFGS at one size. */
export class Lbfgs implements Optimizer {
  readonly #sessions: LbfgsSessions;
  readonly #rate: HostTensor;
  readonly #history: number;
  /** Oldest first. */
  readonly #pairs: Pair[] = [];
  #last: LastStep | undefined;

  /**
   * @param rate length of a step in units of the Newton step
   * @param history number of pairs to keep, from 1
   */
  constructor(sessions: LbfgsSessions, rate: number, history: number) {
    this.#sessions = sessions;
    this.#rate = floatTensor([rate], []);
    this.#history = history;
  }

  async step(session: Session, feeds: Feeds): Promise<Stepped> {
    const { uphill: gradient, loss, strength } = await session.run<"uphill" | "loss" | "strength">(feeds);
    const length = this.#last ? this.#rate : await this.#firstLength(gradient);
    if (this.#last) await this.#learn(gradient, this.#last);
    const direction = await this.#newton(gradient);
    this.#forgetLast();
    this.#last = { gradient, direction, length };
    const { picture } = feeds;
    const { dreamed } = await this.#sessions.move.run<"dreamed">({ picture, direction, length });
    return { dreamed, loss, strength };
  }

  release(): void {
    this.#forgetLast();
    for (const pair of this.#pairs.splice(0)) release(pair);
  }

  async #firstLength(gradient: Value): Promise<Value> {
    return (await this.#sessions.firstLength.run<"length">({ gradient, rate: this.#rate })).length;
  }

  /** Keeps what the last step taught, unless the curvature along it was not positive. */
  async #learn(gradient: Value, last: LastStep): Promise<void> {
    const { gradient: previous, direction, length } = last;
    const feeds = { gradient, previous, direction, length };
    const pair: Pair = await this.#sessions.difference.run<keyof Pair>(feeds);
    const curvature = Number((await pair.ys.read()).data[0]);
    if (!(curvature > 1e-10)) return release(pair);
    if (this.#pairs.length >= this.#history) release(this.#pairs.shift()!);
    this.#pairs.push(pair);
  }

  /** The gradient times the inverse of the Hessian, as far as the pairs tell; the gradient itself if there are none. */
  async #newton(gradient: Value): Promise<Value> {
    const newest = this.#pairs.at(-1);
    if (!newest) return gradient;
    let q = gradient;
    const alphas: Value[] = [];
    const replace = (next: Value) => {
      if (q !== gradient) q.release();
      q = next;
    };
    for (const { y, s, ys } of this.#pairs.toReversed()) {
      const { alpha, next } = await this.#sessions.backward.run<"alpha" | "next">({ q, s, y, ys });
      alphas.push(alpha);
      replace(next);
    }
    const { ys, yy } = newest;
    replace((await this.#sessions.scale.run<"next">({ q, ys, yy })).next);
    for (const { y, s, ys } of this.#pairs) {
      const alpha = alphas.pop()!;
      replace((await this.#sessions.forward.run<"next">({ q, s, y, ys, alpha })).next);
      alpha.release();
    }
    return q;
  }

  #forgetLast(): void {
    if (!this.#last) return;
    const { gradient, direction, length } = this.#last;
    release({ gradient, direction });
    if ("release" in length) length.release();
    this.#last = undefined;
  }
}

function release(values: Record<string, Value>): void {
  for (const value of Object.values(values)) value.release();
}
