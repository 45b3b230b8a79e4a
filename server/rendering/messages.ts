/**
 * What the renderer and its Worker say to each other. Every piece of work has a number; it is ended by one `finished`
 * or `failed` under that number, after which nothing more is said of it.
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

/** Begins a piece of work. */
export type Beginning =
  | { kind: "render"; job: RenderJob }
  | { kind: "preview"; job: PreviewJob }
  | { kind: "camera"; job: CameraJob }
  | { kind: "check"; job: CheckJob }
  | { kind: "fetch"; job: FetchJob };

/** Said to a piece of work that is under way. */
export type Instruction =
  /** Answered with `applied` or `refused` under the same `change`. */
  | { kind: "change"; change: number; parameters: SomeParameters }
  | { kind: "see"; wanted: boolean }
  /** A JPEG picture of the camera, in answer to `wanted`. */
  | { kind: "picture"; frame: number; jpeg: Uint8Array<ArrayBuffer> }
  | { kind: "stop" };

/** What the Worker is told. */
export type Command =
  | (Beginning & { task: number; options: RendererOptions })
  | (Instruction & { task: number });

/** What a piece of work tells. */
export type TaskReport =
  | { kind: "start"; event: StartEvent }
  | { kind: "frame"; event: FrameEvent }
  | { kind: "rendered"; picture: RenderedPicture }
  | { kind: "download"; done: number; total: number }
  | { kind: "warning"; line: string }
  /** A change holds from this frame on. */
  | { kind: "applied"; change: number; frame: number }
  | { kind: "refused"; change: number; error: PlainError }
  | { kind: "opened"; width: number; height: number; provider: string; parameters: Parameters }
  /** The camera's next picture may come; asked again only when it has. */
  | { kind: "wanted" }
  | { kind: "dreamed"; frame: DreamedPicture }
  | { kind: "finished"; result: TaskResult }
  | { kind: "failed"; error: PlainError };

/** What comes from the Worker. */
export type Report = (TaskReport & { task: number }) | { kind: "held"; held: boolean };

/** What a piece of work comes to: of a rendering, a preview, and what only ends. */
export type TaskResult = DoneEvent | PreviewResult | null;

/** A camera session to open: frames are dreamed at the size they are shown in. */
export interface CameraJob {
  width: number;
  height: number;
  wish: Wish;
}

/** A dreamed camera frame, before it is known how long it took all in all. */
export type DreamedPicture = Omit<CameraFrame, "milliseconds" | "dropped">;
