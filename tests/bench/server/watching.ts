/** Time until a dream can be watched, and response times of the server meanwhile. */
import { join } from "node:path";
import { countFrames } from "../../../pipeline/ffmpeg/count_frames.ts";
import type { BenchOptions, Report } from "../part.ts";
import { figure } from "../table.ts";
import { cancel, type QueuedDream, type Settings, startDream, tiny } from "./dream.ts";
import { Follower } from "./follower.ts";
import type { HealthFigures } from "./health_client.ts";
import { firstPlaylist, playlistOf } from "./playlist.ts";
import { ServerProcess } from "./server_process.ts";
import { ViewersProcess } from "./viewers_process.ts";

/** Dreams the clip with the default settings on a fresh server, and watches it. */
export async function watching(options: BenchOptions, clip: Uint8Array): Promise<Report> {
  const { quick, providers, say } = options;
  const settings: Settings = quick ? tiny : {};
  await using server = await ServerProcess.start(providers);
  await server.started();
  say("the first picture of a dream");
  const dream = await startDream(server, clip, settings);
  await using follower = new Follower(dream.url);
  const picture = firstPicture(dream);
  const segment = firstSegment(dream, follower, options.temporary);
  // Awaited later; marked as handled, so that an earlier failure is not reported as uncaught.
  segment.catch(() => {});
  const reports = [firstPictureReport(dream, follower, await picture)];
  reports.push(await health(options, server, follower));
  reports.push(firstSegmentReport(await segment));
  await cancel(dream);
  return {
    rows: reports.flatMap(({ rows }) => rows),
    details: reports.flatMap(({ details }) => details),
  };
}

/** Arrival time of the first picture, in milliseconds of `performance.now()`. */
function firstPicture({ url }: QueuedDream): Promise<number> {
  const socket = new WebSocket(`${url.replace("http", "ws")}/live`);
  socket.binaryType = "arraybuffer";
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  socket.onmessage = ({ data }) => {
    if (typeof data === "string") return;
    const at = performance.now();
    const isJpeg = new DataView(data).getUint16(0) === 0xffd8;
    if (isJpeg) resolve(at);
    else reject(new Error("the first picture is no JPEG"));
    socket.close();
  };
  socket.onclose = ({ reason }) => reject(new Error(`no picture came: ${reason}`));
  return promise;
}

function firstPictureReport(
  { began, sent, answered }: QueuedDream,
  { frames }: Follower,
  at: number,
): Report {
  const seconds = (from: number, to = at) => (to - from) / 1000;
  const steps = { "the upload is answered": answered, "the first frame is dreamed": frames[0]?.at ?? at };
  const target = { atMost: 4 };
  return {
    rows: [
      { what: "first picture, from the end of the upload", measured: seconds(sent), unit: "s", target },
      { what: "first picture, from the upload's first byte", measured: seconds(began), unit: "s", target },
    ],
    details: [{
      title: "server: from the upload's first byte on",
      rows: [
        ["until", "s"],
        ...Object.entries({ ...steps, "the first picture is there": at }).map((
          [what, time],
        ) => [what, figure(seconds(began, time))]),
      ],
    }],
  };
}

/** The first segment: its frames, and the number of frames dreamed when it appeared. */
interface FirstSegment {
  dreamed: number;
  held: number;
}

/** Waits for the first segment, for which the playlist request is held. */
async function firstSegment(
  { url }: QueuedDream,
  follower: Follower,
  folder: string,
): Promise<FirstSegment> {
  const file = async (name: string) => {
    const response = await fetch(`${url}/hls/${name}`);
    if (response.ok) return await response.blob();
    throw new Error(`${name}: ${response.status} ${await response.text()}`);
  };
  const playlist = await firstPlaylist(url);
  const dreamed = follower.done;
  const { header, segments } = playlistOf(playlist);
  const path = join(folder, "first_segment.mp4");
  const parts = await Promise.all([header, segments[0]!.name].map(file));
  await Deno.writeFile(path, new Blob(parts).stream());
  const { frames } = await countFrames(path, 0);
  await Deno.remove(path);
  return { dreamed, held: frames };
}

function firstSegmentReport({ dreamed, held }: FirstSegment): Report {
  const what = `first HLS segment (${held} frames): frames dreamed beyond it when it appears`;
  return { rows: [{ what, measured: dreamed - held, unit: "", target: { atMost: 2 } }], details: [] };
}

/** Requests the health route a hundred times per second while the server dreams. */
async function health(
  { quick, say }: BenchOptions,
  { port }: ServerProcess,
  follower: Follower,
): Promise<Report> {
  const seconds = quick ? 3 : 20;
  say(`/healthz while it dreams, ${seconds} s`);
  await using client = new ViewersProcess<HealthFigures>({ kind: "health", port, every: 10 });
  await client.on();
  const before = follower.done;
  await new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
  const frames = follower.done - before;
  const { requests, p50, p99, most, errors } = await client.off();
  errors.slice(0, 3).forEach(say);
  if (frames === 0) throw new Error("no frame was dreamed while /healthz was asked for");
  return {
    rows: [
      { what: "/healthz while it dreams, p99", measured: p99, unit: "ms", target: { atMost: 50 } },
      { what: "/healthz while it dreams, errors", measured: errors.length, unit: "", target: { atMost: 0 } },
    ],
    details: [{
      title: `server: /healthz, one request each 10 ms for ${seconds} s (${frames} frames dreamed)`,
      rows: [
        ["requests", "p50 (ms)", "p99 (ms)", "longest (ms)"],
        [String(requests), ...[p50, p99, most].map((value) => figure(value))],
      ],
    }],
  };
}
