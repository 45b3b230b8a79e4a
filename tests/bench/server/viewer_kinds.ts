/** The kinds of clients. */
export type ViewersOptions =
  /** Asks how the server is, every so many milliseconds. */
  | { kind: "health"; port: number; every: number }
  /** Watch a dream live; the silent ones never read. */
  | { kind: "live"; port: number; path: string; reading: number; silent: number }
  /** Watch a dream's HLS stream. */
  | { kind: "stream"; port: number; path: string; viewers: number };

/** The interface of a kind of client. */
export interface Viewers {
  /** Done when all are there. */
  on(): Promise<void>;
  /** Done when all have gone or rest; what they have seen since they began. */
  off(): Promise<unknown>;
}
