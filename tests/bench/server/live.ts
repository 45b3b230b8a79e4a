/** A crowd that watches a dream live. */
import type { BenchOptions, Report } from "../part.ts";
import { figure } from "../table.ts";
import { cancel, type QueuedDream, startDream, tiny } from "./dream.ts";
import { Follower } from "./follower.ts";
import type { LiveFigures } from "./live_viewers.ts";
import {
  alternate,
  growth,
  measure,
  type Phase,
  type PhasesOptions,
  phasesTable,
  slowdown,
} from "./phases.ts";
import { ServerProcess } from "./server_process.ts";
import { ViewersProcess } from "./viewers_process.ts";

/** Variation of the memory of a dream without viewers, in MB. */
const memoryNoise = 20;

const crowd = { reading: 40, silent: 10 };

/** Dreams with the default settings, with fifty viewers on WebSockets, ten of which never read. */
export async function live(options: BenchOptions, clip: Uint8Array): Promise<Report> {
  const { quick, providers, say } = options;
  await using server = await ServerProcess.start(providers);
  const { pid, port } = server;
  const dream = await startDream(server, clip, quick ? tiny : {});
  await using follower = new Follower(dream.url);
  await using viewers = new ViewersProcess<LiveFigures>({ kind: "live", port, path: dream.path, ...crowd });
  const { phases, figures } = await alternate({
    follower,
    pid,
    viewers,
    frames: options.frames ?? (quick ? 8 : 30),
    rounds: 2,
    say,
  });
  const full = await fullSockets(options, { follower, pid, viewers }, dream);
  await cancel(dream);
  figures.push(full.figures);
  const errors = figures.flatMap((each) => each.errors);
  errors.slice(0, 3).forEach(say);
  const grown = Math.max(...phases.filter(({ watched }) => watched).map(growth));
  const grownAnyway = Math.max(...phases.filter(({ watched }) => !watched).map(growth));
  const who = "50 viewers, of which 10 never read";
  return {
    rows: [
      {
        what: `${who}: the dream is slower by`,
        measured: slowdown(phases),
        unit: "%",
        target: { atMost: 5 },
      },
      {
        what: `${who}: memory grows in a phase by at most`,
        measured: grown / 1e6,
        unit: "MB",
        target: { atMost: memoryNoise },
      },
      {
        what: "without viewers: memory grows in a phase by at most",
        measured: grownAnyway / 1e6,
        unit: "MB",
      },
      {
        what: `${who}: memory grows once the sockets of these are full by`,
        measured: growth(full.phase) / 1e6,
        unit: "MB",
        target: { atMost: memoryNoise },
      },
      { what: `${who}: errors`, measured: errors.length, unit: "", target: { atMost: 0 } },
    ],
    details: [
      phasesTable(`server: ${who}; last, quick frames once sockets are full`, [...phases, full.phase]),
      seenTable(figures),
    ],
  };
}

/**
 * Memory with sockets that have stopped reading: the system buffers some 4 MB for each such viewer. To fill
 * these buffers quickly the dream continues with few steps.
 */
async function fullSockets(
  { quick, say }: BenchOptions,
  watched: Pick<PhasesOptions<LiveFigures>, "follower" | "pid" | "viewers">,
  { url }: QueuedDream,
): Promise<{ phase: Phase; figures: LiveFigures }> {
  const { follower, viewers } = watched;
  say("quick frames until the sockets of silent viewers are full");
  const body = JSON.stringify({ octaves: 1, octaveIterations: 1 });
  const changed = await fetch(url, {
    method: "PATCH",
    body,
    headers: { "Content-Type": "application/json" },
  });
  if (!changed.ok) throw new Error(`the settings were not changed: ${await changed.text()}`);
  await changed.body?.cancel();
  await viewers.on();
  await follower.until(follower.done + 100);
  const phase = await measure(true, { ...watched, frames: quick ? 15 : 45 });
  return { phase, figures: await viewers.off() };
}

function seenTable(figures: readonly LiveFigures[]) {
  const lines = figures.map(({ fewest, pictures, read, waited }, index) => [
    String(index + 1),
    String(fewest),
    figure(pictures / crowd.reading),
    figure(read / 1e6),
    figure(waited / 1e6),
  ]);
  const heading = [
    "phase with viewers",
    "fewest pictures",
    "mean",
    "read by one (MB)",
    "kept for a silent one (MB)",
  ];
  return { title: "server: what the viewers got", rows: [heading, ...lines] };
}
