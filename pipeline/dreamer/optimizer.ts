/** How a picture climbs: what a step makes of the gradient. */
import type { HostTensor, Session, Value } from "../../models/engine/engine.ts";
import { floatTensor } from "../../models/onnx/model.ts";

/** The optimisers by name. */
export const optimizers = ["ascent", "adam", "lbfgs"] as const;

/** Name of an optimiser. */
export type OptimizerName = typeof optimizers[number];

/** Inputs of a step's graph that do not depend on the optimiser. */
export type Feeds = Record<string, HostTensor | Value> & { picture: Value };

/** The picture after a step, and the loss and gradient before it. */
export interface Stepped {
  dreamed: Value;
  loss: Value;
  /** Mean absolute value of the smoothed gradient. */
  strength: Value;
}

/** Climbs on one picture at one size; a new one forgets what earlier steps taught. */
export interface Optimizer {
  /** Takes a step with a step's graph; the caller still owns the feeds, and releases the result. */
  step(session: Session, feeds: Feeds): Promise<Stepped>;
  /** Frees the state. */
  release(): void;
}

/** Gradient ascent: every step's mean absolute change is the rate. */
export class Ascent implements Optimizer {
  readonly #rate: HostTensor;

  /** @param rate mean change per step, in [0, 1] */
  constructor(rate: number) {
    this.#rate = floatTensor([rate], []);
  }

  async step(session: Session, feeds: Feeds): Promise<Stepped> {
    return await session.run<"dreamed" | "loss" | "strength">({ ...feeds, rate: this.#rate });
  }

  release(): void {}
}
