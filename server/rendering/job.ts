/** The jobs that the server gives its renderer, and their results. */
import type { DoneEvent, FrameEvent, StartEvent } from "../../pipeline/run/events.ts";
import type { Parameters, SomeParameters } from "../../pipeline/settings/parameters.ts";
import type { Wish } from "../../pipeline/settings/settle.ts";

/** Options for all work of the renderer. */
export interface RendererOptions {
  /** Execution providers in order of preference; the default takes the best that works. */
  providers?: readonly string[];
  /** Memory that the dream, and what is rendered beside it, may take together, in bytes. Default: no limit. */
  memory?: number;
}

/** Settings to check before a dream. */
export interface CheckJob {
  parameters: Parameters;
  /** Whether to check their layers and channels against the network, which takes a moment. */
  layers: boolean;
  /** Size of the video in pixels; present if optical flow is to be checked for it. */
  source?: { width: number; height: number };
  /** The same if the memory is to be checked that a dream of it takes. */
  picture?: { width: number; height: number };
}

/** A dream to make, from file to file. */
export interface RenderJob {
  input: string;
  output: string;
  /** Folder for progressive HLS; emptied first. */
  hls: string;
  /** The settings known so far; with a wish they are resolved when the work begins. */
  parameters: Parameters;
  wish?: Wish;
  /** Changes from an earlier rendering of this dream, to be repeated at their frames, in order. */
  changes: readonly { frame: number; parameters: SomeParameters }[];
  /** Part of the source, start and length in seconds. */
  from?: number;
  duration?: number;
}

/** A dreamed frame for the page: JPEG of limited size. */
export interface RenderedPicture {
  index: number;
  pts: number;
  dreamed: Uint8Array<ArrayBuffer>;
  /** Source, flow and mask are present only if they were requested; the first frame always has its source. */
  source?: Uint8Array<ArrayBuffer>;
  flow?: Uint8Array<ArrayBuffer>;
  mask?: Uint8Array<ArrayBuffer>;
}

/** Callbacks for the events of a rendering; none is called after its promise has settled. */
export interface RenderHooks {
  start(event: StartEvent): void;
  frame(event: FrameEvent): void;
  /** Receives the newest picture; frames whose encoding would hold up the dream are skipped. */
  picture(picture: RenderedPicture): void;
  download(done: number, total: number): void;
  warning(line: string): void;
}

/** A dream in progress. */
export interface Rendering {
  /**
   * Resolves when the dream is done; rejects with a ReverieError or with the reason passed to {@link stop}.
   */
  readonly finished: Promise<DoneEvent>;
  /**
   * Changes settings from the next frame on. Resolves with that frame's index once it has begun; rejects if
   * the dream ends first.
   */
  change(parameters: SomeParameters): Promise<number>;
  /** Sets whether pictures include source, flow and mask, from the next frame on. */
  see(wanted: boolean): void;
  /**
   * Stops between two steps and rejects {@link finished} with the reason; a playable partial video remains.
   */
  stop(reason: Error): void;
}

/** One frame of a video, or a picture, to be dreamed on its own. */
export interface PreviewJob {
  input: string;
  /** Seconds from the start of a video. */
  at: number;
  wish: Wish;
}

/** Result of a preview. */
export interface PreviewResult {
  width: number;
  height: number;
  /** JPEG. */
  dreamed: Uint8Array<ArrayBuffer>;
  loss: number;
  seconds: number;
}

/** A network to fetch. */
export interface FetchJob {
  /** Its name in the catalogue; absent for the default network, which may be replaced by its fallback. */
  network?: string;
}

/** A dream on the frames of a camera. */
export interface CameraSession {
  /**
   * Passes a JPEG picture to the session; it replaces one that still waits. `frame` is returned with the
   * result.
   */
  push(frame: number, jpeg: Uint8Array<ArrayBuffer>): void;
  /** Changes settings from the next frame on. */
  change(parameters: SomeParameters): void;
  /** Ends the session and frees its resources. */
  close(): void;
  /** Resolves when the session is over; rejects with a ReverieError if it failed. */
  readonly finished: Promise<void>;
}

/** Callbacks for the events of a camera session. */
export interface CameraHooks {
  /**
   * Called once, before the first frame, with the size in pixels at which frames are dreamed, the execution
   * provider and the settings.
   */
  start(info: { width: number; height: number; provider: string; parameters: Parameters }): void;
  frame(frame: CameraFrame): void;
}

/** A dreamed camera frame. */
export interface CameraFrame {
  /** The number it was pushed with. */
  frame: number;
  jpeg: Uint8Array<ArrayBuffer>;
  loss: number;
  motion: number;
  visible: number;
  /** Milliseconds from the push to the dreamed picture. */
  milliseconds: number;
  /** Frames dropped so far in favour of newer ones. */
  dropped: number;
}
