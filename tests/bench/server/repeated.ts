/** Memory of the server after successive dreams. */
import type { BenchOptions, Report } from "../part.ts";
import { figure } from "../table.ts";
import { startDream, tiny } from "./dream.ts";
import { Follower } from "./follower.ts";
import { forgetPeak, peakMemory } from "./process_facts.ts";
import { ServerProcess } from "./server_process.ts";

/** The dream after which memory is compared: everything that is loaded once is loaded by then. */
const settled = 2;

/** Seconds without change after which memory is stable: an idle process collects garbage late. */
const resting = { quick: 3, full: 8 };

/**
 * Runs ten short dreams, one after another, and compares the stable memory after the second and after the
 * last.
 */
export async function repeatedDreams(options: BenchOptions, clip: Uint8Array): Promise<Report> {
  const { quick, providers, say } = options;
  const count = quick ? 4 : 10;
  await using server = await ServerProcess.start(providers);
  const settings = { ...tiny, ...(!quick && { imageSize: 160, octaves: 2 }), duration: 0.5 };
  const peaks: number[] = [], rests = new Map<number, number>();
  say(`${count} short dreams`);
  for (let number = 1; number <= count; number++) {
    forgetPeak(server.pid);
    const dream = await startDream(server, clip, settings);
    await using follower = new Follower(dream.url);
    await follower.end();
    peaks.push(peakMemory(server.pid));
    if (number !== settled && number !== count) continue;
    rests.set(number, await server.memoryAtRest(quick ? resting.quick : resting.full));
  }
  const growth = 100 * (rests.get(count)! / rests.get(settled)! - 1);
  const what = `growth of memory at rest from ${settled} to ${count} short dreams`;
  const lines = peaks.map((peak, index) => {
    const rest = rests.get(index + 1);
    return [String(index + 1), figure(peak / 1e6), rest === undefined ? "" : figure(rest / 1e6)];
  });
  return {
    rows: [{ what, measured: growth, unit: "%", target: { atMost: 10 } }],
    details: [{
      title: "server: short dreams in a row",
      rows: [["dreams", "peak of the dream (MB)", "memory at rest (MB)"], ...lines],
    }],
  };
}
