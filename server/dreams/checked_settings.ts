import { givesAny, type Parameters, type SomeParameters } from "../../pipeline/settings/parameters.ts";
import type { CheckJob } from "../rendering/job.ts";
import type { SourceFacts } from "./dream.ts";

/**
 * Returns the check that is needed before a dream is made with these settings, some of which the user named:
 * layers and channels of the network, weights and memory of RAFT, the memory of the dream. Returns undefined
 * if nothing needs a check.
 */
export function checkOf(
  named: SomeParameters,
  parameters: Parameters,
  { width, height }: SourceFacts,
): CheckJob | undefined {
  const layers = givesAny(named, ({ lookup }) => lookup === "layers");
  const flow = givesAny(named, ({ lookup }) => lookup === "flow") && asksForRaft(parameters);
  const memory = named.imageSize !== undefined ||
    givesAny(named, ({ costs }) => costs?.includes("graphs") ?? false);
  if (!layers && !flow && !memory) return undefined;
  const size = { width, height };
  return { parameters, layers, ...(flow && { source: size }), ...(memory && { picture: size }) };
}

/** Whether the settings name RAFT or weights for it; otherwise a dream uses whatever is available. */
function asksForRaft({ flow, flowModel }: Parameters): boolean {
  return flow === "raft" || (flow === "auto" && flowModel !== undefined);
}
