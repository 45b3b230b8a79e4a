/** What the server asks of its renderer, and what it hears back. */
import type { DoneEvent, FrameEvent, StartEvent } from "../../pipeline/run/events.ts";
import type { Parameters, SomeParameters } from "../../pipeline/settings/parameters.ts";
import type { Wish } from "../../pipeline/settings/settle.ts";

/** What all work is done with. */
export interface RendererOptions {
  /** Execution providers in order of preference; the default takes the best that works. */
  providers?: readonly string[];
  /** Resident memory that the program may have while it dreams, in bytes; no more than there is by default. */
  memory?: number;
}

/** Settings to be looked at before they are dreamed with. */
export interface CheckJob {
  parameters: Parameters;
  /** Whether the network is looked at for their layers and channels, which takes a moment. */
  layers: boolean;
  /** The video, in pixels, where the flow between its frames is to be had. */
  source?: { width: number; height: number };
}

/** A dream to make, from file to file. */
export interface RenderJob {
  input: string;
  output: string;
  /** Folder for progressive HLS; emptied first. */
  hls: string;
  /** The settings as far as they are known; with a wish they are settled when the work begins. */
  parameters: Parameters;
  wish?: Wish;
  /** Changes that were made when this dream was rendered before, to be repeated at their frames, in order. */
  changes: readonly { frame: number; parameters: SomeParameters }[];
  /** Part of the source, in seconds. */
  from?: number;
  duration?: number;
}

/** A dreamed frame as the page shows it: JPEG of bounded size. */
export interface RenderedPicture {
  index: number;
  pts: number;
  dreamed: Uint8Array<ArrayBuffer>;
  /** The pictures below only where {@link RenderHooks} or somebody asked to see them. */
  source?: Uint8Array<ArrayBuffer>;
  flow?: Uint8Array<ArrayBuffer>;
  mask?: Uint8Array<ArrayBuffer>;
}

/** How the renderer tells what happens; never called again once the rendering's promise is settled. */
export interface RenderHooks {
  start(event: StartEvent): void;
  frame(event: FrameEvent): void;
  /** The newest picture; frames are left out where encoding them would hold up the dream. */
  picture(picture: RenderedPicture): void;
  download(done: number, total: number): void;
  warning(line: string): void;
}

/** A dream that is being made. */
export interface Rendering {
  /** Settled when all is over; rejected with a ReverieError, or the reason of {@link stop}. */
  readonly finished: Promise<DoneEvent>;
  /**
   * Changes settings from the next frame on. Resolves with that frame's index once it has begun; rejected when the
   * dream ends before.
   */
  change(parameters: SomeParameters): Promise<number>;
  /** Whether pictures come with source, flow and mask, as from the next frame. */
  see(wanted: boolean): void;
  /** Stops between two steps and rejects {@link finished} with the reason; a playable partial video stays. */
  stop(reason: Error): void;
}

/** One frame of a video, or a picture, to be dreamed on its own. */
export interface PreviewJob {
  input: string;
  /** Seconds from the start of a video. */
  at: number;
  wish: Wish;
}

/** What came of it. */
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
  /** Its name in the catalogue; absent for the one that is to dream by default, which need not be had. */
  network?: string;
}

/** A dream on frames that come from a camera. */
export interface CameraSession {
  /** Hands over a JPEG picture; one that still waits is dropped for it. `frame` comes back with the result. */
  push(frame: number, jpeg: Uint8Array<ArrayBuffer>): void;
  /** New settings from the next frame on. */
  change(parameters: SomeParameters): void;
  /** Ends the session and frees what it held. */
  close(): void;
  /** Settled when the session is over; rejected with a ReverieError where it failed. */
  readonly finished: Promise<void>;
}

/** What a camera session tells. */
export interface CameraHooks {
  /** Size at which frames are dreamed, the provider that does it and the settings; said once, before the first frame. */
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
  /** Frames dropped so far, since newer ones had come. */
  dropped: number;
}
