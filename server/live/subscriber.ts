/** Who follows a dream, whatever carries the news there. */
import type { News } from "./news.ts";

/** A frame as it is told: its news, and where it is shown its picture. */
export interface Shot {
  index: number;
  /** The frame's news as JSON, written once for all. */
  news: string;
  /** Its picture; the bytes are shared by all who get them. */
  jpeg?: Uint8Array<ArrayBuffer>;
}

/** Why no more news will come. */
export interface Ending {
  /** WebSocket close code: 1000 when the dream has ended, 1001 when the server stops. */
  code: 1000 | 1001;
  reason: string;
}

/** One follower of one dream. None of its methods may wait: who lags leaves frames out. */
export interface Subscriber {
  /** News other than frames, and as JSON; never left out. */
  news(text: string, news: News): void;
  /** A frame; a newer one may take its place before it is delivered. */
  frame(shot: Shot): void;
  /** The last call: what was told is still delivered. */
  end(ending: Ending): void;
  /** Bytes kept for this follower that were not delivered yet, as far as they are in this process. */
  readonly held: number;
}
