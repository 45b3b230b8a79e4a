/** Peak memory of the dream command, for a short and for a long clip. */
import { join } from "node:path";
import type { DoneEvent } from "../../pipeline/run/events.ts";
import { benchClip, secondsFor } from "./clip.ts";
import type { BenchOptions, Report } from "./part.ts";
import { figure } from "./table.ts";

const root = new URL("../../", import.meta.url);

/** Dreams 60 and 300 frames at 512 px, each in its own process. */
export async function memory({ quick, frames, providers, temporary, say }: BenchOptions): Promise<Report> {
  const short = frames ?? (quick ? 4 : 60);
  const long = 5 * short;
  const clip = await benchClip(temporary);
  const settings = quick ? ["--image-size=96", "--octaves=1"] : ["--image-size=512"];
  const peak = async (count: number) => {
    say(`dreaming ${count} frames`);
    const output = join(temporary, `memory_${count}.mp4`);
    const args = [clip, output, `--duration=${secondsFor(count)}`, `--provider=${providers}`, ...settings];
    const done = await dreamInChild(args);
    if (done.frames !== count) throw new Error(`${done.frames} frames were dreamed instead of ${count}`);
    await Deno.remove(output);
    return done;
  };
  const [few, many] = [await peak(short), await peak(long)];
  const difference = 100 * Math.abs(many.peakMemory / few.peakMemory - 1);
  const target = { atMost: 1.3 };
  return {
    rows: [
      { what: `peak memory, ${short} frames`, measured: few.peakMemory / 1e9, unit: "GB", target },
      { what: `peak memory, ${long} frames`, measured: many.peakMemory / 1e9, unit: "GB", target },
      { what: "difference between the two", measured: difference, unit: "%", target: { atMost: 5 } },
    ],
    details: [{
      title: "memory: the dreams",
      rows: [
        ["frames", "peak (GB)", "time (s)"],
        ...[few, many].map((done) => [
          String(done.frames),
          figure(done.peakMemory / 1e9),
          figure(done.seconds),
        ]),
      ],
    }],
  };
}

/** Runs the dream command and returns its last event. */
async function dreamInChild(args: string[]): Promise<DoneEvent> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", "main.ts", "dream", "--json", ...args],
    cwd: root,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
  const { success, stdout, stderr } = await command.output();
  if (!success) throw new Error(new TextDecoder().decode(stderr).trim());
  return JSON.parse(new TextDecoder().decode(stdout).trimEnd().split("\n").at(-1)!);
}
