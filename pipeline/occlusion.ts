/**
 * Occlusion: which pixels of a frame were visible in the previous one, so that their dream may be carried.
 *
 * The forward-backward check of Sundaram et al. 2010 with the thresholds that Ruder et al. 2016 (arXiv
 * 1604.08610) use for video, computed at the size of the flow.
 */
import type { Engine, HostTensor, Session } from "../models/engine/engine.ts";
import type { FlowField, FlowPair } from "../models/flow/flow.ts";
import { GraphBuilder } from "../models/onnx/build.ts";
import type { Model } from "../models/onnx/model.ts";
import type { Motion } from "./motion.ts";
import { blur, mean, resize, scaled, type Size, warp } from "./graphs/picture.ts";

/**
 * `backward` and `forward` float32 [1, 2, fh, fw] in pixels of the flow's size -> `flow` [1, 2, h, w]
 * (backward, in working pixels), `mask` [1, 1, h, w] from 0 (hidden) to 1 (visible), and the scalars
 * `visible`, the mask's mean, and `motion`, the flow's mean length as a share of the picture's width.
 */
export function occlusionGraph(flowSize: Size, working: Size): Model {
  const g = new GraphBuilder({ name: "occlusion", opset: 18 });
  const dims = [1, 2, flowSize.height, flowSize.width];
  const backward = g.input("backward", "float32", dims);
  const forward = g.input("forward", "float32", dims);
  const reliable = g.not(
    g.or(
      g.or(leavesPicture(g, backward, flowSize), disagrees(g, backward, forward, flowSize)),
      motionBoundary(g, backward, flowSize),
    ),
  );
  const soft = blur(g, g.cast(reliable, "float32"), 1, flowSize, 0.8);
  const mask = resize(g, soft, 1, working);
  const ratio = g.floats([working.width / flowSize.width, working.height / flowSize.height], [1, 2, 1, 1]);
  const length = g.sqrt(squaredLength(g, backward));
  g.output("flow", g.mul(resize(g, backward, 2, working), ratio), "float32");
  g.output("mask", mask, "float32");
  g.output("visible", mean(g, mask), "float32");
  g.output("motion", scaled(g, mean(g, length), 1 / flowSize.width), "float32");
  return g.build();
}

function squaredLength(g: GraphBuilder, flow: string): string {
  return g.reduceSum(g.mul(flow, flow), [1]);
}

/** True where the flow points outside the previous frame. */
function leavesPicture(g: GraphBuilder, flow: string, { height, width }: Size): string {
  const columns = g.floats(Float32Array.from({ length: width }, (_, x) => x), [1, 1, 1, width]);
  const rows = g.floats(Float32Array.from({ length: height }, (_, y) => y), [1, 1, height, 1]);
  const x = g.add(g.slice(flow, [0], [1], [1]), columns);
  const y = g.add(g.slice(flow, [1], [2], [1]), rows);
  const outside = (place: string, last: number) =>
    g.or(g.less(place, g.scalar(0)), g.greater(place, g.scalar(last)));
  return g.or(outside(x, width - 1), outside(y, height - 1));
}

/**
 * True where following the flow back and forth does not return to the start:
 * |w~ + w^|^2 > 0.01 (|w~|^2 + |w^|^2) + 0.5.
 */
function disagrees(g: GraphBuilder, backward: string, forward: string, size: Size): string {
  const returning = warp(g, forward, backward, size);
  const sum = g.add(backward, returning);
  const lengths = g.add(squaredLength(g, backward), squaredLength(g, returning));
  return g.greater(squaredLength(g, sum), g.add(scaled(g, lengths, 0.01), g.scalar(0.5)));
}

/** True where the flow bends sharply: |grad u|^2 + |grad v|^2 > 0.01 |w~|^2 + 0.002. */
function motionBoundary(g: GraphBuilder, flow: string, size: Size): string {
  const bend = g.add(
    squaredLength(g, centralDifference(g, flow, 2, size.height)),
    squaredLength(g, centralDifference(g, flow, 3, size.width)),
  );
  return g.greater(bend, g.add(scaled(g, squaredLength(g, flow), 0.01), g.scalar(0.002)));
}

/** (f(i + 1) - f(i - 1)) / 2 along an axis, with the border repeated. */
function centralDifference(g: GraphBuilder, x: string, axis: number, size: number): string {
  const pads = axis === 2 ? [0, 0, 1, 0, 0, 0, 1, 0] : [0, 0, 0, 1, 0, 0, 0, 1];
  const padded = g.op("Pad", [x, g.ints(...pads)], { mode: "edge" });
  const difference = g.sub(g.slice(padded, [2], [size + 2], [axis]), g.slice(padded, [0], [size], [axis]));
  return scaled(g, difference, 0.5);
}

/** Runs the occlusion graph for flow of one size. */
export class OcclusionCheck {
  readonly #session: Session;

  private constructor(session: Session) {
    this.#session = session;
  }

  /** Creates a check for flow of one size and masks of the working size. */
  static async create(engine: Engine, flowSize: Size, working: Size): Promise<OcclusionCheck> {
    return new OcclusionCheck(await engine.load(occlusionGraph(flowSize, working)));
  }

  /** Checks a pair of flow fields. The caller releases the values. */
  async check({ backward, forward }: FlowPair): Promise<Motion> {
    const values = await this.#session.run<"flow" | "mask" | "visible" | "motion">({
      backward: tensorOf(backward),
      forward: tensorOf(forward),
    });
    const [visible, motion] = await Promise.all([values.visible.take(), values.motion.take()]);
    return {
      flow: values.flow,
      mask: values.mask,
      visible: Number(visible.data[0]),
      motion: Number(motion.data[0]),
    };
  }
}

function tensorOf({ width, height, data }: FlowField): HostTensor {
  return { type: "float32", dims: [1, 2, height, width], data };
}

/** The stage: turns each frame's flow pair, if it has one, into its motion. */
export async function* occlusion<F extends { pair?: FlowPair }>(
  frames: AsyncIterable<F>,
  check: OcclusionCheck | undefined,
): AsyncGenerator<F & { motion?: Motion }> {
  for await (const frame of frames) {
    yield frame.pair && check ? { ...frame, motion: await check.check(frame.pair) } : frame;
  }
}
