/**
 * The way into the working size and back: the dream happens small, and only what it adds to the frame is scaled up
 * and laid over the source, which so stays sharp.
 */
import type { Engine, HostTensor, Session, Value } from "../../models/engine/engine.ts";
import { GraphBuilder } from "../../models/onnx/build.ts";
import type { Model } from "../../models/onnx/model.ts";
import { resize, scaled, type Size } from "./picture.ts";

/** `rgb` uint8 [height, width, 3] -> `picture` float32 [1, 3, h, w] in [0, 1] and, if asked for, `small` for flow. */
export function shrinkGraph(source: Size, working: Size, flow?: Size): Model {
  const g = new GraphBuilder({ name: "shrink", opset: 18 });
  const rgb = g.input("rgb", "uint8", [source.height, source.width, 3]);
  const picture = resize(g, planes(g, rgb, source), 3, working);
  g.output("picture", picture, "float32", [1, 3, working.height, working.width]);
  if (flow) g.output("small", resize(g, picture, 3, flow), "float32", [1, 3, flow.height, flow.width]);
  return g.build();
}

/** `rgb`, and `picture` and `dreamed` float32 [1, 3, h, w] -> `result` uint8 [height, width, 3]. */
export function composeGraph(source: Size, working: Size): Model {
  const g = new GraphBuilder({ name: "compose", opset: 18 });
  const rgb = g.input("rgb", "uint8", [source.height, source.width, 3]);
  const dims = [1, 3, working.height, working.width];
  const residual = g.sub(g.input("dreamed", "float32", dims), g.input("picture", "float32", dims));
  const sum = g.add(planes(g, rgb, source), resize(g, residual, 3, source));
  // Half a grey level makes the cast, which cuts, round.
  const grey = g.clip(g.add(scaled(g, sum, 255), g.scalar(0.5)), 0, 255);
  const interleaved = g.op("Squeeze", [g.transpose(g.cast(grey, "uint8"), [0, 2, 3, 1]), g.ints(0)]);
  g.output("result", interleaved, "uint8", [source.height, source.width, 3]);
  return g.build();
}

function planes(g: GraphBuilder, rgb: string, { height, width }: Size): string {
  const planar = g.reshape(g.transpose(rgb, [2, 0, 1]), [1, 3, height, width]);
  return scaled(g, g.cast(planar, "float32"), 1 / 255);
}

/** Makes working pictures of source frames and full-size frames of dreams. One for a video; release it at the end. */
export class Scaler {
  readonly source: Size;
  readonly #shrink: Session;
  readonly #compose: Session;

  private constructor(source: Size, shrink: Session, compose: Session) {
    this.source = source;
    this.#shrink = shrink;
    this.#compose = compose;
  }

  /** Prepares for a source of one size, a working size, and a size for flow (none where no flow is wanted). */
  static async create(engine: Engine, source: Size, working: Size, flow?: Size): Promise<Scaler> {
    return new Scaler(
      source,
      await engine.load(shrinkGraph(source, working, flow)),
      await engine.load(composeGraph(source, working)),
    );
  }

  /** The frame at the working size, and a small one for flow where that was asked for. */
  async shrink(rgb: Uint8Array): Promise<{ picture: Value; small?: Value }> {
    return await this.#shrink.run<"picture" | "small">({ rgb: this.#frame(rgb) });
  }

  /** The source frame with what the dream changed laid over it: rgb24 of the source's size. */
  async compose(rgb: Uint8Array, picture: Value, dreamed: Value): Promise<Uint8Array> {
    const { result } = await this.#compose.run<"result">({ rgb: this.#frame(rgb), picture, dreamed });
    return (await result.take()).data as Uint8Array;
  }

  #frame(rgb: Uint8Array): HostTensor {
    return { type: "uint8", dims: [this.source.height, this.source.width, 3], data: rgb };
  }
}

/** The step before the stages: gives each source frame its working picture, and the small one for flow. */
export async function* shrunk<F extends { rgb: Uint8Array }>(
  frames: AsyncIterable<F>,
  scaler: Scaler,
): AsyncGenerator<F & { picture: Value; small?: Value }> {
  for await (const frame of frames) yield { ...frame, ...await scaler.shrink(frame.rgb) };
}
