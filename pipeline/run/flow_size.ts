/** The size at which flow is computed. */
import type { SourceInfo } from "../ffmpeg/source_info.ts";
import type { Size } from "../graphs/picture.ts";
import type { Parameters } from "../settings/parameters.ts";
import { workingSize } from "./working_size.ts";

/** What has to be known of a source. */
export type FlowSource = Pick<SourceInfo, "kind" | "width" | "height" | "sampleAspect">;

/** The size of the pictures whose flow is computed, for the size of the dream; undefined where no dream is carried. */
export function flowSizeOf(
  source: Pick<FlowSource, "kind">,
  { independent, flowSize }: Parameters,
  working: Size,
): Size | undefined {
  if (source.kind !== "video" || independent) return undefined;
  return workingSize(working, 1, flowSize, { smallest: 16, multiple: 4 });
}

/** The same before the network is known, which may want a small source larger. */
export function leastFlowSize(source: FlowSource, parameters: Parameters): Size | undefined {
  const { num, den } = source.sampleAspect;
  return flowSizeOf(
    source,
    parameters,
    workingSize(source, num / den, parameters.imageSize, { smallest: 0 }),
  );
}
