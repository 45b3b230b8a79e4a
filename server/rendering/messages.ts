/**
 * Messages between the renderer and its Worker. Every task has a number and ends with one `finished` or
 * `failed` message under that number; no message about it follows.
 */
import type { DoneEvent, FrameEvent, StartEvent } from "../../pipeline/run/events.ts";
import type { Parameters, SomeParameters } from "../../pipeline/settings/parameters.ts";
import type { Wish } from "../../pipeline/settings/settle.ts";
import type {
  CameraFrame,
  CheckJob,
  FetchJob,
  PreviewJob,
  PreviewResult,
  RenderedPicture,
  RendererOptions,
  RenderJob,
} from "./job.ts";
import type { PlainError } from "../../pipeline/errors.ts";

/** Starts a task. */
export type Beginning =
  | { kind: "render"; job: RenderJob }
  | { kind: "preview"; job: PreviewJob }
  | { kind: "camera"; job: CameraJob }
  | { kind: "check"; job: CheckJob }
  | { kind: "fetch"; job: FetchJob };

/** A message to a running task. */
export type Instruction =
  /** Answered with `applied` or `refused` under the same `change`. */
  | { kind: "change"; change: number; parameters: SomeParameters }
  | { kind: "see"; wanted: boolean }
  /** A JPEG picture from the camera, in response to `wanted`. */
  | { kind: "picture"; frame: number; jpeg: Uint8Array<ArrayBuffer> }
  | { kind: "stop" };

/** A message to the Worker. */
export type Command =
  | (Beginning & { task: number; options: RendererOptions })
  | (Instruction & { task: number });

/** A message from a task. */
export type TaskReport =
  | { kind: "start"; event: StartEvent }
  | { kind: "frame"; event: FrameEvent }
  | { kind: "rendered"; picture: RenderedPicture }
  | { kind: "download"; done: number; total: number }
  | { kind: "warning"; line: string }
  /** A change takes effect at this frame. */
  | { kind: "applied"; change: number; frame: number }
  | { kind: "refused"; change: number; error: PlainError }
  | { kind: "opened"; width: number; height: number; provider: string; parameters: Parameters }
  /** Requests the camera's next picture; sent again only after it has arrived. */
  | { kind: "wanted" }
  | { kind: "dreamed"; frame: DreamedPicture }
  | { kind: "finished"; result: TaskResult }
  | { kind: "failed"; error: PlainError };

/** A message from the Worker. */
export type Report = (TaskReport & { task: number }) | { kind: "held"; held: boolean };

/** Result of a task: of a rendering, of a preview, or null for all others. */
export type TaskResult = DoneEvent | PreviewResult | null;

/** A camera session to open; frames are dreamed at the size at which they are shown, in pixels. */
export interface CameraJob {
  width: number;
  height: number;
  wish: Wish;
}

/** A dreamed camera frame whose total time is not yet known. */
export type DreamedPicture = Omit<CameraFrame, "milliseconds" | "dropped">;
