/** The server under load: time until a dream is visible, response times meanwhile, and memory. */
import { fileURLToPath } from "node:url";
import { sharedDataPath } from "../shared_data.ts";
import type { BenchOptions, Report } from "./part.ts";
import { live } from "./server/live.ts";
import { longClip } from "./server/long_clip.ts";
import { repeatedDreams } from "./server/repeated.ts";
import { streaming } from "./server/streaming.ts";
import { uploadMemory } from "./server/upload_memory.ts";
import { watching } from "./server/watching.ts";

const sample = fileURLToPath(new URL("../../static/sample.mp4", import.meta.url));

/** Starts servers as `serve` does, one after another, and measures them from outside. */
export async function server(options: BenchOptions): Promise<Report> {
  if (Deno.build.os !== "linux") {
    console.log("skipped: the memory of the server is read from /proc, which only Linux has");
    return { rows: [], details: [] };
  }
  const path = await sharedDataPath("clips/highway.mp4") ?? sample;
  const clip = await Deno.readFile(path), long = await longClip(path, options.temporary);
  const report: Report = { rows: [], details: [] };
  const add = ({ rows, details }: Report) => {
    report.rows.push(...rows);
    report.details.push(...details);
  };
  // Short dreams first: they download any missing networks.
  add(await repeatedDreams(options, clip));
  add(await watching(options, clip));
  add(await live(options, long));
  add(await streaming(options, long));
  add(await uploadMemory(options));
  return report;
}
