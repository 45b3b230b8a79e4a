/** Checks that a dream fits into the memory, before it is queued or changed. */
import { isHere, isInCatalog } from "../../models/catalog.ts";
import { isProviderHere } from "../../models/engine/cuda/files.ts";
import { automaticProviders } from "../../models/engine/providers.ts";
import { openNetwork } from "../../models/networks/open.ts";
import type { Size } from "../graphs/picture.ts";
import type { Parameters } from "../settings/parameters.ts";
import { knownStepMemory, renderingBytes, requireMemory, stepMemory } from "./dream_memory.ts";
import { dreamSize } from "./working_size.ts";

/**
 * Estimates the memory of a dream of a video of this size. A network that is still to be downloaded is not; the dream
 * itself is checked again.
 *
 * @param memory bytes that a dream may take
 * @throws {ReverieError} naming the setting to lower
 */
export async function checkMemory(
  video: Size,
  parameters: Parameters,
  { providers, memory }: { providers?: readonly string[]; memory?: number },
): Promise<void> {
  if (memory === undefined || !runsOnCpu(providers)) return;
  const step = knownStepMemory(parameters) ?? await measure(parameters);
  if (!step) return;
  const working = dreamSize(video, 1, parameters.imageSize, step.sizes);
  requireMemory(renderingBytes(step, { source: video, working, parameters }), memory, working, parameters);
}

async function measure(parameters: Parameters) {
  const { model } = parameters;
  if (isInCatalog(model) && !isHere(model)) return undefined;
  return stepMemory(await openNetwork(parameters), parameters);
}

/** Whether a dream runs on the CPU for certain: the estimate is for that. */
function runsOnCpu(providers: readonly string[] = automaticProviders): boolean {
  return providers.find((name) => name !== "cuda" || isProviderHere()) === "cpu";
}
