/**
 * Costs that were measured once, kept in the cache folder. A measurement is never quite the same twice; a choice that
 * rests on a kept one is, and so are the frames that come of it.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { cacheFolder, makeWhole } from "../cache.ts";

/** What was measured. */
export interface FlowCosts {
  /** Seconds that a pair takes; null where it took longer than it may. */
  pair: number | null;
  /** Seconds that the rest of a frame takes. */
  frame: number;
}

/** The costs that were measured for `key`, or else what `measure` finds, which is kept. */
export async function rememberedCosts(key: unknown, measure: () => Promise<FlowCosts>): Promise<FlowCosts> {
  const name = createHash("sha256").update(JSON.stringify(key)).digest("hex").slice(0, 24);
  const path = join(cacheFolder(), "flow_costs", `${name}.json`);
  const known = await read(path);
  if (known) return known;
  const costs = await measure();
  await write(path, costs).catch(() => {
    // Without a cache folder it is measured each time.
  });
  return costs;
}

async function read(path: string): Promise<FlowCosts | undefined> {
  try {
    const { pair, frame } = JSON.parse(await Deno.readTextFile(path));
    const usable = (pair === null || Number.isFinite(pair)) && Number.isFinite(frame);
    return usable ? { pair, frame } : undefined;
  } catch {
    return undefined;
  }
}

async function write(path: string, costs: FlowCosts): Promise<void> {
  await makeWhole(path, async (folder) => {
    const file = join(folder, "costs.json");
    await Deno.writeTextFile(file, JSON.stringify(costs));
    return file;
  });
}
