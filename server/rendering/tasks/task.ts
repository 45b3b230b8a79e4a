/** One piece of work in the renderer's Worker. */
import type { PathNames } from "../../../pipeline/errors.ts";
import type { Gate } from "../gate.ts";
import type { RendererOptions } from "../job.ts";
import type { Instruction, TaskReport, TaskResult } from "../messages.ts";

/** What a piece of work is done with. */
export interface TaskTools {
  /** Aborted when the work is to stop. */
  signal: AbortSignal;
  options: RendererOptions;
  /** Tells the other side; `moved` buffers are handed over instead of copied. */
  report(report: TaskReport, moved?: Transferable[]): void;
  /** Where a rendering rests while other work goes first. */
  gate: Gate;
}

/** A piece of work. */
export interface Task {
  /** Does it, once. */
  run(): Promise<TaskResult>;
  /** Takes an instruction meanwhile. */
  instruct(instruction: Instruction): void;
  /** What its files are called in messages. */
  readonly names: PathNames;
}

/** The buffers of pictures, to be handed over. */
export function buffersOf(...pictures: (Uint8Array<ArrayBuffer> | undefined)[]): ArrayBuffer[] {
  return pictures.filter((picture) => picture !== undefined).map((picture) => picture.buffer);
}
