/**
 * The Worker that renders dreams, so that the server's main thread never waits for the pipeline. See
 * `renderer.ts` for the other side.
 */
/// <reference lib="deno.worker" />
import { toPlain } from "../../pipeline/errors.ts";
import { EnginePool } from "../../pipeline/run/engines.ts";
import { asReverieError } from "../errors.ts";
import { Gate } from "./gate.ts";
import type { Beginning, Command, Report, TaskReport } from "./messages.ts";
import { MemoryShares } from "./memory_shares.ts";
import { CameraTask } from "./tasks/camera.ts";
import { CheckTask } from "./tasks/check.ts";
import { FetchTask } from "./tasks/fetch.ts";
import { PreviewTask } from "./tasks/preview.ts";
import { RenderTask } from "./tasks/render.ts";
import { buffersOf, type Task, type TaskTools } from "./tasks/task.ts";

const gate = new Gate((held) => tell({ kind: "held", held }));
const engines = new EnginePool();
const memory = new MemoryShares();
const running = new Map<number, { task: Task; stopping: AbortController }>();

function tell(report: Report, moved: Transferable[] = []): void {
  self.postMessage(report, moved);
}

function make(beginning: Beginning, tools: TaskTools): Task {
  switch (beginning.kind) {
    case "render":
      return new RenderTask(beginning.job, tools);
    case "preview":
      return new PreviewTask(beginning.job, tools);
    case "camera":
      return new CameraTask(beginning.job, tools);
    case "check":
      return new CheckTask(beginning.job, tools);
    case "fetch":
      return new FetchTask(beginning.job, tools);
  }
}

async function begin(command: Command & Beginning): Promise<void> {
  const { task: number } = command;
  const stopping = new AbortController();
  const report = (message: TaskReport, moved?: Transferable[]) => tell({ ...message, task: number }, moved);
  const { options } = command;
  const rigging = () => {
    const room = memory.room(stopping, options.memory);
    const onMemory = (bytes: number) => memory.take(stopping, bytes);
    return { ...options, ...(room !== undefined && { memory: room }), engines, onMemory };
  };
  const task = make(command, { signal: stopping.signal, options, rigging, report, gate });
  running.set(number, { task, stopping });
  try {
    const result = await task.run();
    const moved = result && "dreamed" in result ? buffersOf(result.dreamed) : [];
    report({ kind: "finished", result }, moved);
  } catch (error) {
    report({ kind: "failed", error: toPlain(asReverieError(error).renamed(task.names)) });
  } finally {
    memory.end(stopping);
    running.delete(number);
  }
}

self.onmessage = ({ data: command }: MessageEvent<Command>) => {
  switch (command.kind) {
    case "render":
    case "preview":
    case "camera":
    case "check":
    case "fetch":
      begin(command);
      break;
    case "stop":
      running.get(command.task)?.stopping.abort();
      break;
    default:
      running.get(command.task)?.task.instruct(command);
  }
};
