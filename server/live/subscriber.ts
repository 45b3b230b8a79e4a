/** A viewer of a dream, independent of the transport. */
import type { News } from "./news.ts";

/** A frame for viewers: its news and, if it is shown, its picture. */
export interface Shot {
  index: number;
  /** The frame's news as JSON, serialized once for all viewers. */
  news: string;
  /** Its picture; the bytes are shared by all viewers. */
  jpeg?: Uint8Array<ArrayBuffer>;
}

/** Why no more news will come. */
export interface Ending {
  /** WebSocket close code: 1000 when the dream has ended, 1001 when the server stops. */
  code: 1000 | 1001;
  reason: string;
}

/** One viewer of one dream. None of its methods may block: a slow viewer skips frames. */
export interface Subscriber {
  /** Receives news other than frames, also as JSON; never skipped. */
  news(text: string, news: News): void;
  /** Receives a frame; a newer one may replace it before it is delivered. */
  frame(shot: Shot): void;
  /** The last call; everything sent before is still delivered. */
  end(ending: Ending): void;
  /** Undelivered bytes kept for this viewer in this process. */
  readonly held: number;
}
