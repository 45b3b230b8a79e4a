/**
 * Scales frames to the working size and back. The dream is computed at the small size, and only what it adds
 * to the frame is scaled up and added to the source. This keeps the source sharp.
 */
import type { Engine, HostTensor, Session, Value } from "../../models/engine/engine.ts";
import { GraphBuilder } from "../../models/onnx/build.ts";
import type { Model } from "../../models/onnx/model.ts";
import { resize, scaled, type Size } from "./picture.ts";

/**
 * `rgb` uint8 [height, width, 3] -> `picture` float32 [1, 3, h, w] in [0, 1] and, if `flow` is given, `small`
 * at that size.
 */
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
  // Adding half a grey level makes the cast round instead of truncate.
  const grey = g.clip(g.add(scaled(g, sum, 255), g.scalar(0.5)), 0, 255);
  const interleaved = g.op("Squeeze", [g.transpose(g.cast(grey, "uint8"), [0, 2, 3, 1]), g.ints(0)]);
  g.output("result", interleaved, "uint8", [source.height, source.width, 3]);
  return g.build();
}

function planes(g: GraphBuilder, rgb: string, { height, width }: Size): string {
  const planar = g.reshape(g.transpose(rgb, [2, 0, 1]), [1, 3, height, width]);
  return scaled(g, g.cast(planar, "float32"), 1 / 255);
}

/** Makes working pictures from source frames, and full-size frames from dreams. Create one per video. */
export class Scaler {
  readonly source: Size;
  readonly #shrink: Session;
  readonly #compose: Session;

  private constructor(source: Size, shrink: Session, compose: Session) {
    this.source = source;
    this.#shrink = shrink;
    this.#compose = compose;
  }

  /** Prepares for one source size, working size and flow size (none if no flow is needed). */
  static async create(engine: Engine, source: Size, working: Size, flow?: Size): Promise<Scaler> {
    return new Scaler(
      source,
      await engine.load(shrinkGraph(source, working, flow)),
      await engine.load(composeGraph(source, working)),
    );
  }

  /** The frame at the working size and, if a flow size was given, a small one for flow. */
  async shrink(rgb: Uint8Array): Promise<{ picture: Value; small?: Value }> {
    return await this.#shrink.run<"picture" | "small">({ rgb: this.#frame(rgb) });
  }

  /** The source frame plus what the dream changed: rgb24 of the source's size. */
  async compose(rgb: Uint8Array, picture: Value, dreamed: Value): Promise<Uint8Array> {
    const { result } = await this.#compose.run<"result">({ rgb: this.#frame(rgb), picture, dreamed });
    return (await result.take()).data as Uint8Array;
  }

  #frame(rgb: Uint8Array): HostTensor {
    return { type: "uint8", dims: [this.source.height, this.source.width, 3], data: rgb };
  }
}

/** The step before the stages: gives each source frame its working picture, and a small one for flow. */
export async function* shrunk<F extends { rgb: Uint8Array }>(
  frames: AsyncIterable<F>,
  scaler: Scaler,
): AsyncGenerator<F & { picture: Value; small?: Value }> {
  for await (const frame of frames) yield { ...frame, ...await scaler.shrink(frame.rgb) };
}
