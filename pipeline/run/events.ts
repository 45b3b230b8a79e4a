import type { Line } from "../../models/line.ts";
import type { Parameters } from "../settings/parameters.ts";
import type { StageSeconds } from "./stage_clock.ts";

/** What a dream says while it is made, one after the other: `start`, a `frame` each, `done`. */
export type DreamEvent = StartEvent | FrameEvent | DoneEvent;

/** Said once, when the source has been looked at and everything is loaded. */
export interface StartEvent {
  event: "start";
  input: string;
  output: string;
  /** Size of the output in pixels. */
  width: number;
  height: number;
  /** Size at which frames are dreamed. */
  workingWidth: number;
  workingHeight: number;
  /** Number of frames to come, as far as the source tells; an estimate where it tells only its duration. */
  frames: number | undefined;
  /** The execution provider that runs the networks. */
  provider: string;
  /** The engine that computes optical flow; "none" for pictures and independent frames. */
  flow: string;
  /** Why it is that engine, in a few words, where the setting left a choice. */
  flowReason?: Line;
  /** The network that dreams: its name in the catalogue, else of its file. */
  network: string;
  layers: string[];
  parameters: Parameters;
}

/** Said when a frame has been dreamed and handed to the encoder. */
export interface FrameEvent {
  event: "frame";
  /** From 0. */
  index: number;
  /** Presentation time in seconds from the start of the output. */
  pts: number;
  /** Time since the start of the work, in seconds. */
  seconds: number;
  /** Frames per second of work, over the last frames. */
  fps: number;
  /** Remaining time in seconds; undefined where the number of frames is not known. */
  eta: number | undefined;
  /** Loss at the last gradient step of the largest octave. */
  loss: number;
  /** Mean length of the flow over the picture, as a share of the working width. */
  motion: number;
  /** Share of pixels, 0 to 1, that were visible in the previous frame, so that their dream was carried. */
  visible: number;
  /** Seconds spent in each stage since the frame before; those up to flow work ahead of it. */
  stages: StageSeconds;
}

/** Said last, when the output has its final name. */
export interface DoneEvent {
  event: "done";
  frames: number;
  seconds: number;
  output: string;
  /** Largest resident memory of the process, in bytes. */
  peakMemory: number;
  parameters: Parameters;
}
