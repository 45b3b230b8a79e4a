/** A dream alternately with and without viewers, so that other load on the machine affects both alike. */
import type { Detail } from "../part.ts";
import { median, sum } from "../statistics.ts";
import { figure } from "../table.ts";
import type { Follower } from "./follower.ts";
import { residentMemory } from "./process_facts.ts";
import type { ViewersProcess } from "./viewers_process.ts";

/** The measured quantities. */
export interface PhasesOptions<Figures> {
  follower: Follower;
  /** Process id of the server. */
  pid: number;
  viewers: ViewersProcess<Figures>;
  /** Frames per phase. */
  frames: number;
  /** Number of phases with viewers; there is one more without. */
  rounds: number;
  say: (line: string) => void;
}

/** A number of consecutive frames. */
export interface Phase {
  watched: boolean;
  frames: number;
  /** Total time of its frames. */
  seconds: number;
  /** Memory of the server at the end of each frame, in bytes. */
  memory: number[];
  /** Share of one core used by the viewers. */
  load: number;
}

/** All phases in order, and the viewers' results in theirs. */
export interface Phases<Figures> {
  phases: Phase[];
  figures: Figures[];
}

/** Milliseconds in which viewers come or go; not counted. */
const settling = 1500;

/** Frames at the start of a dream, which take longer. */
const warmUp = 3;

/**
 * Alternates phases without and with viewers, starting and ending without: steady growth affects both alike.
 */
export async function alternate<Figures>(options: PhasesOptions<Figures>): Promise<Phases<Figures>> {
  const { follower, viewers, rounds, frames, say } = options;
  const phases: Phase[] = [], figures: Figures[] = [];
  await follower.until(warmUp);
  say(`${frames} frames, ${2 * rounds + 1} times, with and without viewers`);
  for (let round = 0; round < rounds; round++) {
    phases.push(await measure(false, options));
    await viewers.on();
    phases.push(await measure(true, options));
    figures.push(await viewers.off());
  }
  phases.push(await measure(false, options));
  return { phases, figures };
}

/** One phase; its viewers have already arrived. */
export async function measure<Figures>(
  watched: boolean,
  { follower, pid, viewers, frames }: Omit<PhasesOptions<Figures>, "rounds" | "say">,
): Promise<Phase> {
  await new Promise((resolve) => setTimeout(resolve, settling));
  const first = await follower.until(follower.done + 1);
  const work = viewers.processorSeconds;
  const memory: number[] = [];
  let last = first;
  for (let frame = 1; frame <= frames; frame++) {
    last = await follower.until(first.frames + frame);
    memory.push(residentMemory(pid));
  }
  const seconds = last.seconds - first.seconds;
  const load = (viewers.processorSeconds - work) / seconds;
  return { watched, frames: last.frames - first.frames, seconds, memory, load };
}

/** How much slower the dream is with viewers, in %. */
export function slowdown(phases: readonly Phase[]): number {
  const pace = (watched: boolean) => {
    const some = phases.filter((phase) => phase.watched === watched);
    return sum(some.map(({ seconds }) => seconds)) / sum(some.map(({ frames }) => frames));
  };
  return 100 * (1 - pace(false) / pace(true));
}

/** Growth of memory in a phase in bytes: the median of its last third minus that of its first. */
export function growth({ memory }: Phase): number {
  const third = Math.ceil(memory.length / 3);
  return median(memory.slice(-third)) - median(memory.slice(0, third));
}

/** The phases as a table. */
export function phasesTable(title: string, phases: readonly Phase[]): Detail {
  const lines = phases.map((phase) => [
    phase.watched ? "with" : "without",
    ...[
      phase.frames,
      1000 * phase.seconds / phase.frames,
      median(phase.memory) / 1e6,
      growth(phase) / 1e6,
      100 * phase.load,
    ].map((value) => figure(value)),
  ]);
  const heading = [
    "viewers",
    "frames",
    "a frame (ms)",
    "memory (MB)",
    "growth (MB)",
    "viewers' load (% of a core)",
  ];
  return { title, rows: [heading, ...lines] };
}
