/** What a server is started with; every field has a flag of `serve`. */
export interface ServerOptions {
  host: string;
  port: number;
  /** Folder of the database, uploads and dreams. */
  data: string;
  /** Secret that every request must show; undefined lets everybody in. */
  token?: string;
  /** Whether a host that other machines can reach may do without a token. */
  withoutToken: boolean;
  /** Origins of other sites that may use the API; empty means none. */
  cors: readonly string[];
  /** Execution providers in order of preference; the default takes the best that works. */
  providers?: readonly string[];
  limits: Limits;
  /** Removes dreams that ended longer ago than so many days. */
  keepDays?: number;
  /** Removes the oldest ended dreams once all of them take more bytes than this. */
  quota?: number;
}

/** What a dream may cost at most. */
export interface Limits {
  /** Bytes of an upload. */
  upload: number;
  /** Seconds of a video. */
  duration: number;
  /** Pixels of a frame, width times height. */
  pixels: number;
  /** Frames of a video. */
  frames: number;
  /** Dreams waiting at a time. */
  queue: number;
  /** Seconds of work on one dream. */
  seconds: number;
  /** Resident memory of the server while it dreams, in bytes. */
  memory: number;
}

const gigabyte = 1e9;

/** Limits that suit one machine and its owner's friends. */
export const defaultLimits: Limits = {
  upload: 4 * gigabyte,
  duration: 3600,
  pixels: 4096 * 2304,
  frames: 200_000,
  queue: 32,
  seconds: 7 * 24 * 3600,
  memory: 16 * gigabyte,
};
