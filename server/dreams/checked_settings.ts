import { givesAny, type Parameters, type SomeParameters } from "../../pipeline/settings/parameters.ts";
import type { CheckJob } from "../rendering/job.ts";
import type { SourceFacts } from "./dream.ts";

/**
 * What has to be looked for before a dream is made with these settings, of which somebody named some: layers and
 * channels of the network, RAFT's weights and memory. Undefined where nothing has to be.
 */
export function checkOf(
  named: SomeParameters,
  parameters: Parameters,
  { width, height }: SourceFacts,
): CheckJob | undefined {
  const layers = givesAny(named, ({ lookup }) => lookup === "layers");
  const flow = givesAny(named, ({ lookup }) => lookup === "flow") && asksForRaft(parameters);
  if (!layers && !flow) return undefined;
  return { parameters, layers, ...(flow && { source: { width, height } }) };
}

/** Whether RAFT, or weights of it, are named; where neither is, a dream takes what there is. */
function asksForRaft({ flow, flowModel }: Parameters): boolean {
  return flow === "raft" || (flow === "auto" && flowModel !== undefined);
}
