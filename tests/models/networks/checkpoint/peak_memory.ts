/** Reads a checkpoint in a separate process and prints the outcome and its peak memory as JSON (Linux). */
import { readCheckpoint } from "../../../../models/networks/checkpoint/read.ts";
import { peakMemory } from "../../../../pipeline/run/peak_memory.ts";

/** The output of this script. */
export interface Reading {
  /** The error, or `read`. */
  outcome: string;
  /** Peak memory of the process, in MB. */
  peak: number;
}

if (import.meta.main) {
  const outcome = await readCheckpoint(Deno.args[0]!).then(() => "read", String);
  const reading: Reading = { outcome, peak: peakMemory() / 2 ** 20 };
  console.log(JSON.stringify(reading));
}
