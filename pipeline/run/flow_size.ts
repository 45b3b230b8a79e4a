/** The size at which flow is computed. */
import type { SourceInfo } from "../ffmpeg/source_info.ts";
import type { Size } from "../graphs/picture.ts";
import type { Parameters } from "../settings/parameters.ts";
import { workingSize } from "./working_size.ts";

/** The facts about a source that determine the flow size. */
export type FlowSource = Pick<SourceInfo, "kind" | "width" | "height" | "sampleAspect">;

/** The size at which flow is computed, from the working size; undefined if no dream is carried over. */
export function flowSizeOf(
  source: Pick<FlowSource, "kind">,
  { independent, flowSize }: Parameters,
  working: Size,
): Size | undefined {
  if (source.kind !== "video" || independent) return undefined;
  return workingSize(working, 1, flowSize, { smallest: 16, multiple: 4 });
}

/** The same before the network is known; a network may require a small source to be enlarged. */
export function leastFlowSize(source: FlowSource, parameters: Parameters): Size | undefined {
  const { num, den } = source.sampleAspect;
  return flowSizeOf(
    source,
    parameters,
    workingSize(source, num / den, parameters.imageSize, { smallest: 0 }),
  );
}
