/** News of a dream in progress: the JSON messages of its socket and its server-sent events. */
import type { SomeParameters } from "../../pipeline/settings/parameters.ts";
import type { DreamView } from "../dreams/dream.ts";
import type { ErrorBody } from "../errors.ts";

/**
 * One message. `state` is the first message to a new viewer, and is sent again whenever the dream's state
 * changes.
 */
export type News =
  | { type: "state"; dream: DreamView }
  | FrameNews
  | { type: "change"; frame: number; parameters: SomeParameters }
  | { type: "hls"; url: string }
  | { type: "download"; done: number; total: number }
  | { type: "warning"; message: string }
  | { type: "done"; dream: DreamView }
  | { type: "error"; error: ErrorBody; dream: DreamView };

/** A frame has been dreamed; on a socket its picture follows as a binary message (JPEG). */
export interface FrameNews {
  type: "frame";
  index: number;
  /** Presentation time in seconds. */
  pts: number;
  /** Frames done; `total` is the number of all frames, if the source states it. */
  frames: number;
  total?: number;
  /** Seconds of work so far. */
  seconds: number;
  fps: number;
  /** Remaining seconds. */
  eta?: number;
  loss: number;
  motion: number;
  visible: number;
}

/** What a client may send on a dream's socket. */
export type ClientMessage = {
  type: "change";
  /** Returned in the answer. */
  id?: string | number;
  parameters: SomeParameters;
};

/** The answer to a client's message, sent only to that client. */
export type Answer =
  | {
    type: "changed";
    id?: string | number;
    /** First frame made with them; null if the dream has not begun or is paused. */
    frame: number | null;
    parameters: SomeParameters;
  }
  | { type: "refused"; id?: string | number; error: ErrorBody };
