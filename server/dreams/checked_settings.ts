import type { Parameters } from "../../pipeline/parameters.ts";
import type { CheckJob } from "../rendering/job.ts";
import type { SettingsChange } from "./changed_settings.ts";
import type { SourceFacts } from "./dream.ts";

/** The settings on which it depends whether RAFT can be had. */
const flowSettings = ["flow", "flowModel", "flowSize", "imageSize", "independent"] as const;

/**
 * What has to be looked for before a dream is made with these settings, of which somebody named some: layers and
 * channels of the network, RAFT's weights and memory. Undefined where nothing has to be.
 */
export function checkOf(
  named: SettingsChange,
  parameters: Parameters,
  { width, height }: SourceFacts,
): CheckJob | undefined {
  const layers = named.layers !== undefined || named.channels !== undefined;
  const flow = flowSettings.some((name) => named[name] !== undefined) && asksForRaft(parameters);
  if (!layers && !flow) return undefined;
  return { parameters, layers, ...(flow && { source: { width, height } }) };
}

/** Whether RAFT, or weights of it, are named; where neither is, a dream takes what there is. */
function asksForRaft({ flow, flowModel }: Parameters): boolean {
  return flow === "raft" || (flow === "auto" && flowModel !== undefined);
}
