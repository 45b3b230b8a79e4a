import type { Line } from "../../models/line.ts";
import type { Parameters } from "../settings/parameters.ts";
import type { StageSeconds } from "./stage_clock.ts";

/** A gradient step, reported as it is taken. */
export interface StepEvent {
  event: "step";
  /** The frame, from 0; for a picture, 0. */
  frame: number;
  /** The rest from 1. */
  pass: number;
  octave: number;
  octaves: number;
  step: number;
  steps: number;
  loss: number;
}

/** The events of a dream, in order: `start`, one `frame` per frame, `done`. */
export type DreamEvent = StartEvent | FrameEvent | DoneEvent;

/** Sent once, when the source has been probed and everything is loaded. */
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
  /** Expected number of frames; an estimate if the source states only its duration. */
  frames: number | undefined;
  /** The execution provider that runs the networks. */
  provider: string;
  /** The estimator that computes optical flow; "none" for pictures and independent frames. */
  flow: string;
  /** Why this estimator was chosen, in a few words, if the setting left a choice. */
  flowReason?: Line;
  /** The network that dreams: its name in the catalogue, otherwise that of its file. */
  network: string;
  layers: string[];
  parameters: Parameters;
}

/** Sent when a frame has been dreamed and handed to the encoder. */
export interface FrameEvent {
  event: "frame";
  /** From 0. */
  index: number;
  /** Presentation time in seconds from the start of the output. */
  pts: number;
  /** Time since the start of the work, in seconds. */
  seconds: number;
  /** Frames per second of work, averaged over the last frames. */
  fps: number;
  /** Remaining time in seconds; undefined if the number of frames is unknown. */
  eta: number | undefined;
  /** Loss at the last gradient step of the largest octave. */
  loss: number;
  /** Mean length of the flow, as a share of the picture's width. */
  motion: number;
  /**
   * Share of pixels, 0 to 1, that were visible in the previous frame, so that their dream was carried over.
   */
  visible: number;
  /** Seconds spent in each stage since the previous frame; the stages up to `flow` work ahead. */
  stages: StageSeconds;
}

/** Sent last, when the output has its final name. */
export interface DoneEvent {
  event: "done";
  frames: number;
  seconds: number;
  output: string;
  /** Largest resident memory of the process, in bytes. */
  peakMemory: number;
  parameters: Parameters;
}
