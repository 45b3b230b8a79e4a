/** The kinds of clients. */
export type ViewersOptions =
  /** Requests the health route at a fixed interval. */
  | { kind: "health"; port: number; every: number }
  /** Watches a dream live; the silent viewers never read. */
  | { kind: "live"; port: number; path: string; reading: number; silent: number }
  /** Watches a dream's HLS stream. */
  | { kind: "stream"; port: number; path: string; viewers: number };

/** The interface of a kind of client. */
export interface Viewers {
  /** Starts the clients; resolves when all are connected. */
  on(): Promise<void>;
  /** Stops the clients; resolves with what they have seen since the start, once all have left or are idle. */
  off(): Promise<unknown>;
}
