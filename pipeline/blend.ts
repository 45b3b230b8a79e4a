/**
 * The picture to dream on: the fresh frame, mixed with the dream that flows in from the previous frame.
 *
 * Carrying the residual (dream - frame) keeps the source sharp, and a pixel that was hidden simply starts
 * without a dream. deepdream-video-pytorch carries the picture instead.
 */
import type { Engine, Session, Value } from "../models/engine/engine.ts";
import { GraphBuilder } from "../models/onnx/build.ts";
import { floatTensor, type Model } from "../models/onnx/model.ts";
import { type Size, warp } from "./graphs/picture.ts";
import type { Motion } from "./motion.ts";
import type { DreamedPair, DreamState } from "./state.ts";

/** What is carried from frame to frame. */
export type Carry = "residual" | "picture";

/**
 * `picture`, `previousPicture`, `previousDream` [1, 3, h, w], `flow` [1, 2, h, w], `mask` [1, 1, h, w],
 * `blend` scalar -> `mixed` [1, 3, h, w].
 *
 * With W the warp along the flow, m the mask, p the picture, and p' and d' the previous frame and its dream:
 * residual: p + (1 - blend) m W(d' - p');
 * picture: blend p + (1 - blend) (m W(d') + (1 - m) p), which equals p + (1 - blend) m (W(d') - p).
 */
export function blendGraph(carry: Carry, size: Size): Model {
  const g = new GraphBuilder({ name: "blend", opset: 18 });
  const dims = [1, 3, size.height, size.width];
  const picture = g.input("picture", "float32", dims);
  const previousPicture = g.input("previousPicture", "float32", dims);
  const previousDream = g.input("previousDream", "float32", dims);
  const flow = g.input("flow", "float32", [1, 2, size.height, size.width]);
  const mask = g.input("mask", "float32", [1, 1, size.height, size.width]);
  const blend = g.input("blend", "float32", []);
  const difference = carry === "residual"
    ? warp(g, g.sub(previousDream, previousPicture), flow, size)
    : g.sub(warp(g, previousDream, flow, size), picture);
  const weight = g.mul(g.sub(g.scalar(1), blend), mask);
  g.output("mixed", g.clip(g.add(picture, g.mul(weight, difference)), 0, 1), "float32");
  return g.build();
}

/** Mixes pictures of one size with the previous dream. */
export class Blender {
  readonly #session: Session;

  private constructor(session: Session) {
    this.#session = session;
  }

  /** Creates a blender for pictures of one size. */
  static async create(engine: Engine, carry: Carry, size: Size): Promise<Blender> {
    return new Blender(await engine.load(blendGraph(carry, size)));
  }

  /**
   * Returns the mixed picture, which the caller releases. `blend` is the share of the fresh frame, 0 to 1.
   */
  async mix(picture: Value, previous: DreamedPair, { flow, mask }: Motion, blend: number): Promise<Value> {
    const { mixed } = await this.#session.run<"mixed">({
      picture,
      previousPicture: previous.picture,
      previousDream: previous.dreamed,
      flow,
      mask,
      blend: floatTensor([blend], []),
    });
    return mixed;
  }
}

/** Options of {@link blend}. `settings` is called for every frame, so that changes take effect at once. */
export interface BlendOptions {
  /** Undefined if every frame is dreamed on its own. */
  blender: Blender | undefined;
  state: DreamState;
  settings: () => { blend: number; sceneCut: number };
}

/** What the stage adds to a frame. */
export interface Blended {
  /** The picture to dream on; the frame's own picture if nothing flowed in. */
  mixed: Value;
  /** Whether a dream flowed in. */
  inherits: boolean;
}

/**
 * The stage. Request the next frame only after the previous one has been dreamed, because the stage takes
 * that dream from the state. A frame starts afresh if it has no motion, or if so little of it was visible in
 * the previous frame that it must be a new scene.
 */
export async function* blend<F extends { picture: Value; motion?: Motion }>(
  frames: AsyncIterable<F>,
  { blender, state, settings }: BlendOptions,
): AsyncGenerator<F & Blended> {
  for await (const frame of frames) {
    const { motion, picture } = frame;
    const { blend, sceneCut } = settings();
    if (blender && motion && state.previous && motion.visible >= sceneCut) {
      yield { ...frame, mixed: await blender.mix(picture, state.previous, motion, blend), inherits: true };
    } else {
      yield { ...frame, mixed: picture, inherits: false };
    }
  }
}
