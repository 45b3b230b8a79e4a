/** A dream as the server keeps and tells it. */
import type { Parameters, SomeParameters } from "../../pipeline/settings/parameters.ts";
import type { ErrorBody } from "../errors.ts";

/** Where a dream stands. The last three are ends. */
export type DreamStatus = "queued" | "running" | "done" | "failed" | "cancelled";

/** What is known of an upload before it is dreamed. */
export interface SourceFacts {
  width: number;
  height: number;
  /** Seconds. */
  duration: number;
  /** Number of frames, as far as the file tells. */
  frames?: number;
  /** Nominal frames a second. */
  frameRate: number;
  audio: boolean;
  bytes: number;
}

/** Settings that were changed while a dream ran. */
export interface ParameterChange {
  /** Index of the first frame made with them; null as long as that frame has not begun. */
  frame: number | null;
  /** Time of the request, ISO 8601. */
  at: string;
  parameters: SomeParameters;
}

/** How far a dream has come. */
export interface Progress {
  /** Frames done. */
  frames: number;
  /** Frames in all, as far as the source tells. */
  total?: number;
  fps?: number;
  /** Remaining seconds. */
  eta?: number;
  /** Seconds of work so far. */
  seconds?: number;
  loss?: number;
  motion?: number;
  visible?: number;
}

/** A dream as the database keeps it. Times are ISO 8601 in UTC. */
export interface Dream {
  /** 32 hexadecimal digits, from a secure random source. */
  id: string;
  /** The upload's file name, for people; never a path. */
  name: string;
  state: DreamStatus;
  created: string;
  started?: string;
  finished?: string;
  preset?: string;
  /** The settings that the user named, without defaults and preset. */
  given: SomeParameters;
  /** All settings as they are now. */
  parameters: Parameters;
  changes: ParameterChange[];
  /** Part of the source, in seconds. */
  from?: number;
  duration?: number;
  source: SourceFacts;
  progress: Progress;
  /** Size of the finished video in bytes. */
  bytes?: number;
  /** Why it failed. */
  error?: ErrorBody;
}

/** A dream as the API shows it. */
export interface DreamView extends Dream {
  /** Only while it waits. */
  queue?: {
    /** 1 is next. */
    position: number;
    /** ISO 8601, where it can be estimated. */
    estimatedStart?: string;
  };
  /** Whether the rendering rests, since a preview or the camera goes first. */
  paused?: boolean;
  links: Links;
}

/** Paths on this server; those of files are there only when the file is. */
export interface Links {
  self: string;
  live: string;
  events: string;
  source: string;
  hls?: string;
  video?: string;
  /** A dreamed frame as JPEG, and the same frame before. */
  poster?: string;
  before?: string;
}
