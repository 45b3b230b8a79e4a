/** Which channels of a layer a dream maximises: all, those listed, or as many by the rank of their mean activation. */
import { invalidParameter } from "../../models/errors.ts";
import type { GraphBuilder } from "../../models/onnx/build.ts";
import type { Activation } from "./activation.ts";

/** The modes by name, see {@link ChannelOptions.channelMode}. */
export const channelModes = ["all", "strong", "avg", "weak", "ignore"] as const;

/** When channels are ranked, see {@link ChannelOptions.channelCapture}. */
export const channelCaptures = ["once", "iter"] as const;

/** Options of the choice. */
export interface ChannelOptions {
  /** Channels, or their number if they are ranked. Default: all. */
  channels?: readonly number[] | undefined;
  /**
   * `all`: those listed; `ignore`: all others; `strong`, `avg` or `weak`: as many as the one number says, of the
   * highest, middle or lowest mean. Default: all.
   */
  channelMode?: typeof channelModes[number] | undefined;
  /** `once`: ranked on the picture that a dream begins with; `iter`: before every step. Default: once. */
  channelCapture?: typeof channelCaptures[number] | undefined;
}

/** A mode that ranks. */
type Rank = "strong" | "avg" | "weak";

/** The choice for one layer: a list, a number by rank, or undefined for all. */
export type Choice = { channels: readonly number[] } | { rank: Rank; count: number } | undefined;

/** Name of a layer's ranked channels where they are an output or input of a graph. */
export const maskName = (index: number) => `chosen${index}`;

/** Whether channels are ranked, and once for a whole dream. */
export function isRankedOnce(
  { channels, channelMode = "all", channelCapture = "once" }: ChannelOptions,
): boolean {
  return channels !== undefined && channelCapture === "once" && !["all", "ignore"].includes(channelMode);
}

/**
 * The choice among the channels of a layer.
 *
 * @throws {ReverieError} for channels that the layer does not have, or if none is left
 */
export function choiceOf(
  { channels, channelMode: mode = "all" }: ChannelOptions,
  { name, dims }: { name: string; dims: readonly number[] },
): Choice {
  if (!channels) return undefined;
  const all = dims[1]!;
  if (mode !== "all" && mode !== "ignore") return { rank: mode, count: rankedCount(channels, all, name) };
  const missing = channels.find((channel) => channel >= all);
  if (missing !== undefined) {
    throw invalidParameter(
      "channels",
      `there is no channel ${missing} in ${name}: its channels are 0 to ${all - 1}`,
    );
  }
  if (mode === "all") return { channels };
  const others = Array.from({ length: all }, (_, channel) => channel).filter((one) =>
    !channels.includes(one)
  );
  if (others.length === 0) throw invalidParameter("channels", `no channel of ${name} is left`);
  return { channels: others };
}

function rankedCount(channels: readonly number[], all: number, name: string): number {
  const [count = 0, ...more] = channels;
  if (more.length === 0 && count >= 1 && count <= all) return count;
  const wrong = more.length > 0 ? `not ${channels.length} numbers` : `not ${count}`;
  throw invalidParameter(
    "channels",
    `the channel modes strong, avg and weak take how many channels to choose of ${name}: 1 to ${all}, ${wrong}`,
  );
}

/** The ranked channels as float32 [channels]: 1 for those chosen, 0 for the others. Gradients do not pass. */
export function rankedMask(g: GraphBuilder, { value, dims }: Activation, rank: Rank, count: number): string {
  const axes = dims.map((_, axis) => axis).filter((axis) => axis !== 1);
  return chosenMask(g, g.reduceMean(value, axes, 0), dims[1]!, rank, count);
}

/** The same from the strengths [channels] themselves. */
export function chosenMask(
  g: GraphBuilder,
  strengths: string,
  all: number,
  rank: Rank,
  count: number,
): string {
  const [, ascending] = g.ops("TopK", [strengths, g.ints(all)], { axis: 0, largest: 0, sorted: 1 }, 2);
  const first = {
    weak: 0,
    avg: Math.max(0, Math.floor((all - 1) / 2) - Math.floor(count / 2)),
    strong: all - count,
  }[rank];
  const chosen = g.slice(ascending!, [first], [first + count], [0]);
  const ones = g.floats(new Float32Array(count).fill(1), [count]);
  return g.op("ScatterElements", [g.floats(new Float32Array(all), [all]), chosen, ones], { axis: 0 });
}
