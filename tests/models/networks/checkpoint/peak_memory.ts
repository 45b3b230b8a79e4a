/** Reads a checkpoint in a process of its own and prints, as JSON, how that went and the most memory it took (Linux). */
import { readCheckpoint } from "../../../../models/networks/checkpoint/read.ts";
import { peakMemory } from "../../../../pipeline/run/peak_memory.ts";

/** What this script prints. */
export interface Reading {
  /** The error, or `read`. */
  outcome: string;
  /** The most memory that the process has held, in MB. */
  peak: number;
}

if (import.meta.main) {
  const outcome = await readCheckpoint(Deno.args[0]!).then(() => "read", String);
  const reading: Reading = { outcome, peak: peakMemory() / 2 ** 20 };
  console.log(JSON.stringify(reading));
}
