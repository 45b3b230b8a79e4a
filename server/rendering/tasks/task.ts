/** One task in the renderer's Worker. */
import type { EnginePool } from "../../../pipeline/run/engines.ts";
import type { PathNames } from "../../../pipeline/errors.ts";
import type { Gate } from "../gate.ts";
import type { RendererOptions } from "../job.ts";
import type { Instruction, TaskReport, TaskResult } from "../messages.ts";

/** Dependencies of a task. */
export interface TaskTools {
  /** Aborted to stop the task. */
  signal: AbortSignal;
  options: RendererOptions;
  /** Options for the pipeline: the task's share of the memory, and Workers of the engines of earlier tasks. */
  rigging(): RiggingOptions;
  /** Sends a message to the main thread; `moved` buffers are transferred instead of copied. */
  report(report: TaskReport, moved?: Transferable[]): void;
  /** Pauses a rendering while other work goes first. */
  gate: Gate;
}

/** Options that every rendering passes to the pipeline. */
export interface RiggingOptions extends RendererOptions {
  engines: EnginePool;
  onMemory: (bytes: number) => void;
}

/** A task. */
export interface Task {
  /** Runs the task, once. */
  run(): Promise<TaskResult>;
  /** Handles an instruction while the task runs. */
  instruct(instruction: Instruction): void;
  /** Names of its files in messages. */
  readonly names: PathNames;
}

/** Returns the buffers of the pictures, to be transferred. */
export function buffersOf(...pictures: (Uint8Array<ArrayBuffer> | undefined)[]): ArrayBuffer[] {
  return pictures.filter((picture) => picture !== undefined).map((picture) => picture.buffer);
}
