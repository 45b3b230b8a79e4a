/** A crowd that watches a dream's HLS stream while it grows. */
import type { BenchOptions, Report } from "../part.ts";
import { sum } from "../statistics.ts";
import { figure } from "../table.ts";
import { cancel, type Settings, startDream, tiny } from "./dream.ts";
import { Follower } from "./follower.ts";
import { alternate, phasesTable, slowdown } from "./phases.ts";
import { firstPlaylist } from "./playlist.ts";
import { ServerProcess } from "./server_process.ts";
import type { StreamFigures } from "./stream_viewers.ts";
import { ViewersProcess } from "./viewers_process.ts";

/** Number of viewers. */
const crowd = 200;

/** Dreams the clip with the preset `fast`, which makes a segment every few seconds, for 200 viewers. */
export async function streaming(options: BenchOptions, clip: Uint8Array): Promise<Report> {
  const { quick, providers, say } = options;
  const settings: Settings = quick ? tiny : { preset: "fast" };
  await using server = await ServerProcess.start(providers);
  const dream = await startDream(server, clip, settings);
  await using follower = new Follower(dream.url);
  const { pid, port } = server;
  await using viewers = new ViewersProcess<StreamFigures>({
    kind: "stream",
    port,
    path: dream.path,
    viewers: crowd,
  });
  say("a stream begins");
  await firstPlaylist(dream.url);
  const { phases, figures } = await alternate({
    follower,
    pid,
    viewers,
    frames: options.frames ?? (quick ? 20 : 40),
    rounds: 2,
    say,
  });
  await cancel(dream);
  const errors = figures.flatMap((each) => each.errors);
  errors.slice(0, 3).forEach(say);
  const files = sum(figures.map((each) => each.files));
  if (files === 0) throw new Error("no viewer fetched a segment");
  const who = `${crowd} HLS viewers`;
  return {
    rows: [
      { what: `${who}: errors`, measured: errors.length, unit: "", target: { atMost: 0 } },
      { what: `${who}: requests, p99`, measured: Math.max(...figures.map(({ p99 }) => p99)), unit: "ms" },
      { what: `${who}: the dream is slower by`, measured: slowdown(phases), unit: "%" },
    ],
    details: [phasesTable(`server: ${who}`, phases), requestsTable(figures)],
  };
}

function requestsTable(figures: readonly StreamFigures[]) {
  const lines = figures.map(({ requests, playlists, files, bytes, p50, p99, most }, index) => [
    ...[index + 1, requests, playlists, files].map(String),
    ...[bytes / 1e6, p50, p99, most].map((value) => figure(value)),
  ]);
  const heading = [
    "phase with viewers",
    "requests",
    "playlists",
    "files",
    "MB",
    "p50 (ms)",
    "p99 (ms)",
    "longest (ms)",
  ];
  return { title: "server: requests of the HLS viewers", rows: [heading, ...lines] };
}
