/** Memory of the server after dreams in a row. */
import type { BenchOptions, Report } from "../part.ts";
import { figure } from "../table.ts";
import { startDream, tiny } from "./dream.ts";
import { Follower } from "./follower.ts";
import { ServerProcess } from "./server_process.ts";

/** The dream after which memory is compared: what is loaded once is there by then. */
const settled = 2;

/** Makes ten short dreams, one after another, and looks at the memory at rest after each. */
export async function repeatedDreams(options: BenchOptions, clip: Uint8Array): Promise<Report> {
  const { quick, providers, say } = options;
  const count = quick ? 4 : 10;
  await using server = await ServerProcess.start(providers);
  const settings = { ...tiny, ...(!quick && { imageSize: 160, octaves: 2 }), duration: 0.5 };
  const memory: number[] = [];
  say(`${count} short dreams`);
  for (let number = 1; number <= count; number++) {
    const dream = await startDream(server, clip, settings);
    await using follower = new Follower(dream.url);
    await follower.end();
    memory.push(await server.memoryAtRest());
  }
  const growth = 100 * (memory[count - 1]! / memory[settled - 1]! - 1);
  const what = `growth of memory from ${settled} to ${count} short dreams`;
  return {
    rows: [{ what, measured: growth, unit: "%", target: { atMost: 10 } }],
    details: [{
      title: "server: short dreams in a row",
      rows: [
        ["dreams", "memory at rest (MB)"],
        ...memory.map((bytes, index) => [String(index + 1), figure(bytes / 1e6)]),
      ],
    }],
  };
}
