/** Checks that the flow that settings ask for is available, before a dream is started or changed. */
import { checkFlow as checkPlan, mostForRaft } from "../../models/flow/choose.ts";
import { leastFlowSize } from "./flow_size.ts";
import type { Size } from "../graphs/picture.ts";
import type { Parameters } from "../settings/parameters.ts";

/**
 * Finds and reads RAFT's weights, if the settings ask for them.
 *
 * @param memory bytes that the dream may take; how much of it will be available when it begins is not known yet
 * @throws {ReverieError} for weights that are missing or unusable, and for pictures that are too large for
 *   the memory
 */
export async function checkFlow(
  video: Size,
  parameters: Parameters,
  { memory = Infinity }: { memory?: number } = {},
): Promise<void> {
  const source = { ...video, kind: "video", sampleAspect: { num: 1, den: 1 } } as const;
  const size = leastFlowSize(source, parameters);
  const { flow, flowModel: model } = parameters;
  if (size) await checkPlan({ flow, model, size, room: mostForRaft(memory) });
}
