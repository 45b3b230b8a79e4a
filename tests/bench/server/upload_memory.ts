/** Memory that the server uses for a large upload. */
import type { BenchOptions, Report } from "../part.ts";
import { figure } from "../table.ts";
import { forgetPeak, peakMemory } from "./process_facts.ts";
import { ServerProcess } from "./server_process.ts";
import { type Route, routes, textOf } from "./upload.ts";

/** One upload; memory in bytes. */
interface Measured {
  route: string;
  before: number;
  added: number;
  seconds: number;
}

/** Uploads 300 MB of zeros, which are refused once complete, to a fresh server by each route. */
export async function uploadMemory({ quick, providers, say }: BenchOptions): Promise<Report> {
  const megabytes = quick ? 60 : 300;
  const measured: Measured[] = [];
  for (const route of Object.keys(routes) as Route[]) {
    say(`${megabytes} MB to an idle server, ${route}`);
    await using server = await ServerProcess.start(providers);
    measured.push(await measure(server, route, megabytes * 1e6));
  }
  const heading = ["upload", "memory before (MB)", "added (MB)", "time (s)", "MB/s"];
  const lines = measured.map((
    { route, before, added, seconds },
  ) => [route, ...[before / 1e6, added / 1e6, seconds, megabytes / seconds].map((value) => figure(value))]);
  return {
    rows: measured.map(({ route, added }) => ({
      what: `memory added by an upload of ${megabytes} MB, ${route}`,
      measured: added / 1e6,
      unit: "MB",
      target: { atMost: 150 },
    })),
    details: [{ title: `server: uploads of ${megabytes} MB`, rows: [heading, ...lines] }],
  };
}

async function measure(server: ServerProcess, route: Route, bytes: number): Promise<Measured> {
  const { pid, port } = server;
  const upload = async (size: number) => {
    const { reply, began } = await routes[route](port, size);
    if (reply.status !== 415) throw new Error(`${route}: ${reply.status} instead of 415: ${textOf(reply)}`);
    return (performance.now() - began) / 1000;
  };
  // The first upload also loads what later ones need.
  await upload(1e6);
  const before = await server.started();
  forgetPeak(pid);
  const seconds = await upload(bytes);
  return { route, before, added: peakMemory(pid) - before, seconds };
}
