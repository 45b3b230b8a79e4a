/** The machine that the figures were measured on. */
import { availableParallelism, cpus } from "node:os";
import ort from "../../models/engine/onnxruntime.ts";
import { locate } from "../../pipeline/ffmpeg/locate.ts";

/** A machine and the versions of the programs that matter. */
export interface Machine {
  processor: string;
  cores: number;
  /** Bytes. */
  memory: number;
  /** Mean number of runnable threads in the minute before the measurements and in the last minute. */
  load: { before: number; after: number };
  system: string;
  deno: string;
  onnxruntime: string;
  ffmpeg: string;
}

/** Mean number of runnable threads in the last minute. */
export function loadNow(): number {
  return Deno.loadavg()[0]!;
}

/** This machine, with the load at the start and now. */
export async function describeMachine(before: number): Promise<Machine> {
  const { os, arch } = Deno.build;
  const ffmpeg = (await locate("ffmpeg")).version;
  return {
    processor: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memory: Deno.systemMemoryInfo().total,
    load: { before, after: loadNow() },
    system: `${os} ${arch}`,
    deno: Deno.version.deno,
    onnxruntime: (ort.env.versions as { node?: string }).node ?? ort.env.versions.common,
    ffmpeg: /version (\S+)/.exec(ffmpeg)?.[1] ?? ffmpeg,
  };
}

/** The machine in three lines, and a fourth if other programs use it. */
export function machineText(machine: Machine): string {
  const { processor, cores, memory, load, system, deno, onnxruntime, ffmpeg } = machine;
  const lines = [
    `machine   ${processor}, ${cores} cores, ${(memory / 1e9).toFixed(1)} GB, ${system}`,
    `programs  Deno ${deno}, onnxruntime ${onnxruntime}, ffmpeg ${ffmpeg}`,
    `load      ${load.before.toFixed(2)} before, ${load.after.toFixed(2)} at the end`,
  ];
  if (load.before > cores / 4) {
    lines.push("note      other programs are at work: times and speeds come out too slow");
  }
  return lines.join("\n");
}
