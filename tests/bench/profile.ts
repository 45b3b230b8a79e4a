/** Reads the profile that onnxruntime writes for a session, and sums up the time. */
import { channelSumHint } from "../../models/onnx/operators/channel_sum.ts";
import { sum } from "./statistics.ts";

/** The fields of a profile event that are used here; times in microseconds. */
export interface ProfileEvent {
  cat: string;
  name: string;
  ts: number;
  dur: number;
  args?: { op_name?: string; input_type_shape?: Record<string, number[]>[] };
}

/** An executed operator. */
export interface Kernel {
  /** Name of the node, which onnxruntime derives from its result. */
  name: string;
  /** Operator type, such as `Conv`. */
  operator: string;
  seconds: number;
  /** Shapes of the inputs, without prepacked weights. */
  inputs: number[][];
}

/** The kernels of each run of the session, in the order of the runs. */
export function kernelsOfRuns(events: readonly ProfileEvent[]): Kernel[][] {
  const byTime = (a: ProfileEvent, b: ProfileEvent) => a.ts - b.ts;
  const runs = events.filter(({ cat, name }) => cat === "Session" && name === "model_run").sort(byTime);
  const kernels = events.filter(({ cat, name }) => cat === "Node" && name.endsWith("_kernel_time"));
  return runs.map(({ ts, dur }) =>
    kernels.filter((kernel) => kernel.ts >= ts && kernel.ts < ts + dur).sort(byTime).map(kernelOf)
  );
}

function kernelOf({ name, dur, args }: ProfileEvent): Kernel {
  return {
    name: name.replace(/_kernel_time$/, ""),
    operator: args?.op_name ?? "unknown",
    seconds: dur / 1e6,
    inputs: (args?.input_type_shape ?? []).map((typed) => Object.values(typed)[0] ?? []),
  };
}

/** Whether the kernel is a convolution of any layout, with or without a fused activation. */
export function isConvolution({ operator }: Kernel): boolean {
  return /^(Nhwc)?(Fused)?Conv(Transpose)?$/.test(operator);
}

/**
 * Whether the convolution mixes channels, as do those of a network without depthwise convolutions, and those
 * of its gradient. The others implement something else: a blur, the taps by which a pool finds its maxima, or
 * the sum over neighbouring channels in a local response normalisation.
 */
export function mixesChannels(kernel: Kernel): boolean {
  const weights = kernel.inputs[1];
  return isConvolution(kernel) && (weights === undefined || weights[1]! > 1) &&
    !kernel.name.includes(channelSumHint);
}

/** Total time of all kernels, in seconds. */
export function secondsOf(kernels: readonly Kernel[]): number {
  return sum(kernels.map(({ seconds }) => seconds));
}

/** The share of the time that one kind of kernel takes. */
export interface Share {
  operator: string;
  /** Number of executions. */
  count: number;
  seconds: number;
}

/**
 * Seconds by operator, longest first; convolutions that do not belong to the network are counted separately.
 */
export function byOperator(kernels: readonly Kernel[]): Share[] {
  const shares = new Map<string, Share>();
  for (const kernel of kernels) {
    const alone = isConvolution(kernel) && !mixesChannels(kernel);
    const operator = alone ? `auxiliary ${kernel.operator}` : kernel.operator;
    const share = shares.get(operator) ?? { operator, count: 0, seconds: 0 };
    share.count++;
    share.seconds += kernel.seconds;
    shares.set(operator, share);
  }
  return [...shares.values()].sort((a, b) => b.seconds - a.seconds);
}

/** Reads the only profile in a folder, and deletes it. */
export async function takeProfile(folder: string): Promise<ProfileEvent[]> {
  for await (const { name } of Deno.readDir(folder)) {
    if (!name.endsWith(".json")) continue;
    const path = `${folder}/${name}`;
    const events = JSON.parse(await Deno.readTextFile(path));
    await Deno.remove(path);
    return events;
  }
  throw new Error(`onnxruntime wrote no profile to ${folder}`);
}
