/**
 * Measured costs, kept in the cache folder. Measurements vary from run to run; a kept one makes the choice of the
 * estimator, and so the frames, reproducible.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { cacheFolder, makeWhole } from "../cache.ts";

/** Measured costs. */
export interface FlowCosts {
  /** Seconds per pair; null if it took longer than allowed. */
  pair: number | null;
  /** Seconds for the rest of a frame. */
  frame: number;
}

/** The costs kept for `key`; if there are none, measures and keeps them. */
export async function rememberedCosts(key: unknown, measure: () => Promise<FlowCosts>): Promise<FlowCosts> {
  const name = createHash("sha256").update(JSON.stringify(key)).digest("hex").slice(0, 24);
  const path = join(cacheFolder(), "flow_costs", `${name}.json`);
  const known = await read(path);
  if (known) return known;
  const costs = await measure();
  await write(path, costs).catch(() => {
    // Without a writable cache folder the costs are measured each time.
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
