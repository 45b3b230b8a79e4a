/** Whether the flow that settings ask for can be had, before a dream is begun or changed. */
import { checkFlow as checkPlan, mostForRaft } from "../../models/flow/choose.ts";
import { leastFlowSize } from "./flow_size.ts";
import type { Size } from "../graphs/picture.ts";
import type { Parameters } from "../settings/parameters.ts";

/**
 * Looks for RAFT's weights and reads them, where they are asked for. `memory` is what the process may have in all, in
 * bytes; what there is of it when the dream begins is not known yet.
 *
 * Throws a ReverieError for weights that are not here or not usable, and for pictures that are too large for the memory.
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
