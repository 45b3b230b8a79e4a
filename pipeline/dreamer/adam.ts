/** Adam (Kingma and Ba 2015), with the moments as values of the engine. */
import type { HostTensor, Session, Value } from "../../models/engine/engine.ts";
import type { GraphBuilder } from "../../models/onnx/build.ts";
import { floatTensor } from "../../models/onnx/model.ts";
import { scaled, type Size } from "../graphs/picture.ts";
import type { Feeds, Optimizer, Stepped } from "./optimizer.ts";

const [decay, squareDecay] = [0.9, 0.999];

/** Inputs of a step's graph with Adam. */
export interface AdamInputs {
  /** The moments [1, 3, h, w]. */
  first: string;
  second: string;
  /** The learning rate in [0, 1] divided by 1 - 0.9^steps. */
  rate: string;
  /** The root of 1 - 0.999^steps. */
  correction: string;
}

/** Declares the inputs. Call it before anything that brings names of its own, such as a network. */
export function adamInputs(g: GraphBuilder, { height, width }: Size): AdamInputs {
  const moment = (name: string) => g.input(name, "float32", [1, 3, height, width]);
  const scalar = (name: string) => g.input(name, "float32", []);
  return {
    first: moment("first"),
    second: moment("second"),
    rate: scalar("rate"),
    correction: scalar("correction"),
  };
}

/** Returns the change of the picture in [0, 1], and makes the new moments the outputs `firstNext` and `secondNext`. */
export function adamChange(g: GraphBuilder, gradient: string, inputs: AdamInputs): string {
  const mixed = (moment: string, beta: number, value: string) =>
    g.add(scaled(g, moment, beta), scaled(g, value, 1 - beta));
  const first = mixed(inputs.first, decay, gradient);
  const second = mixed(inputs.second, squareDecay, g.mul(gradient, gradient));
  g.output("firstNext", first, "float32");
  g.output("secondNext", second, "float32");
  const root = g.div(g.sqrt(second), inputs.correction);
  return g.mul(g.div(first, g.add(root, g.scalar(1e-8))), inputs.rate);
}

/** Climbs with Adam at one size. */
export class Adam implements Optimizer {
  readonly #rate: number;
  #moments: { first: Value | HostTensor; second: Value | HostTensor };
  #steps = 0;

  /** @param rate largest usual change per step, in [0, 1] */
  constructor({ height, width }: Size, rate: number) {
    this.#rate = rate;
    const zeros = floatTensor(new Float32Array(3 * height * width), [1, 3, height, width]);
    this.#moments = { first: zeros, second: zeros };
  }

  async step(session: Session, feeds: Feeds): Promise<Stepped> {
    this.#steps++;
    const { dreamed, loss, strength, firstNext, secondNext } = await session.run<
      "dreamed" | "loss" | "strength" | "firstNext" | "secondNext"
    >({
      ...feeds,
      ...this.#moments,
      rate: floatTensor([this.#rate / (1 - decay ** this.#steps)], []),
      correction: floatTensor([Math.sqrt(1 - squareDecay ** this.#steps)], []),
    });
    this.release();
    this.#moments = { first: firstNext, second: secondNext };
    return { dreamed, loss, strength };
  }

  release(): void {
    for (const moment of Object.values(this.#moments)) if ("release" in moment) moment.release();
  }
}
