/** A dream as the server stores and presents it. */
import type { Parameters, SomeParameters } from "../../pipeline/settings/parameters.ts";
import type { ErrorBody } from "../errors.ts";

/** State of a dream. The last three are final. */
export type DreamStatus = "queued" | "running" | "done" | "failed" | "cancelled";

/** Facts about an upload, known before it is dreamed. */
export interface SourceFacts {
  width: number;
  height: number;
  /** Seconds. */
  duration: number;
  /** Number of frames, if the file states it. */
  frames?: number;
  /** Nominal frames per second. */
  frameRate: number;
  audio: boolean;
  bytes: number;
}

/** Settings that were changed while a dream ran. */
export interface ParameterChange {
  /** Index of the first frame made with them; null until that frame begins. */
  frame: number | null;
  /** Time of the request, ISO 8601. */
  at: string;
  parameters: SomeParameters;
}

/** Progress of a dream. */
export interface Progress {
  /** Frames done. */
  frames: number;
  /** Frames in total, if the source states it. */
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

/** A dream as the database stores it. Times are ISO 8601 in UTC. */
export interface Dream {
  /** 32 hexadecimal digits, from a secure random source. */
  id: string;
  /** The upload's file name for display; never a path. */
  name: string;
  state: DreamStatus;
  created: string;
  started?: string;
  finished?: string;
  preset?: string;
  /** The settings that the user named, without defaults and preset. */
  given: SomeParameters;
  /** All current settings. */
  parameters: Parameters;
  changes: ParameterChange[];
  /** Part of the source, start and length in seconds. */
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
  /** Present only while the dream is queued. */
  queue?: {
    /** 1 is next. */
    position: number;
    /** ISO 8601; present if it can be estimated. */
    estimatedStart?: string;
  };
  /** Whether the rendering is paused because a preview or the camera goes first. */
  paused?: boolean;
  links: Links;
}

/** Paths on this server; the path of a file is present only if the file exists. */
export interface Links {
  self: string;
  live: string;
  events: string;
  source: string;
  hls?: string;
  video?: string;
  /** A dreamed frame and its source frame, as JPEG. */
  poster?: string;
  before?: string;
}
