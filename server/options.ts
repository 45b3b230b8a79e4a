import { parseBytes, parseDuration, parsePixels, parseWhole } from "../pipeline/settings/units.ts";

/** Options that a server is started with; each has a flag of `serve`. */
export interface ServerOptions {
  host: string;
  port: number;
  /** Folder of the database, uploads and dreams. */
  data: string;
  /** Secret that every request must present; if undefined, everybody has access. */
  token?: string;
  /** Whether the server may listen without a token on a host that other machines can reach. */
  withoutToken: boolean;
  /** Origins of other sites that may use the API; empty means none. */
  cors: readonly string[];
  /** Execution providers in order of preference; the default takes the best that works. */
  providers?: readonly string[];
  limits: Limits;
  /** Most connections at a time, and most from one address; see {@link connectionDefaults}. */
  connections?: number;
  connectionsPerAddress?: number;
  /**
   * Addresses of reverse proxies, whose header X-Forwarded-For tells the client's address; empty or undefined
   * means none.
   */
  proxies?: readonly string[];
  /** Removes dreams that ended more than this many days ago. */
  keepDays?: number;
  /** Removes the oldest ended dreams once all dreams together take more bytes than this. */
  quota?: number;
}

/** One limit: its flag, the flag's syntax and parser, and its help text. */
interface Limit {
  flag: string;
  placeholder: string;
  read: (text: string, flag: string) => number;
  /** The default in the flag's syntax. */
  default: string;
  help: string;
  /** Unit of the number, for the API. */
  unit: string;
}

const bytes = { placeholder: "SIZE", read: parseBytes, unit: "bytes" };
const time = { placeholder: "T", read: parseDuration, unit: "seconds" };
const count = { placeholder: "N", read: (text: string, flag: string) => parseWhole(text, flag, 1) };

/**
 * Limits on what a dream may cost. The flags of `serve`, their help and the API's figures are derived from
 * this table.
 */
export const limits = {
  upload: { flag: "max-upload", ...bytes, default: "4GB", help: "largest upload" },
  duration: { flag: "max-duration", ...time, default: "1:00:00", help: "longest video" },
  pixels: {
    flag: "max-size",
    ...{ placeholder: "WxH", read: parsePixels, unit: "width times height" },
    default: "4096x2304",
    help: "largest frame",
  },
  frames: {
    flag: "max-frames",
    ...count,
    default: "200000",
    help: "most frames of a video",
    unit: "frames",
  },
  seconds: { flag: "max-time", ...time, default: "168:00:00", help: "longest work on one dream" },
  memory: {
    flag: "max-memory",
    ...bytes,
    default: "16GB",
    help: "most memory for a dream and the preview or camera beside it",
  },
  queue: {
    flag: "queue",
    ...count,
    read: (text: string, flag: string) => parseWhole(text, flag, 1, 10_000),
    default: "32",
    help: "most dreams waiting at a time",
    unit: "dreams",
  },
} as const satisfies Record<string, Limit>;

/** The limits as numbers, each in its unit. */
export type Limits = { [Name in keyof typeof limits]: number };

/**
 * Returns the limits. The defaults suit one machine shared among friends; `given` returns the text of a flag
 * that overrides one.
 *
 * @throws {ReverieError} if a text cannot be parsed
 */
export function limitsFrom(given: (flag: string) => string | undefined): Limits {
  const entries = Object.entries<Limit>(limits);
  return Object.fromEntries(
    entries.map(([name, { flag, read, default: usual }]) => [name, read(given(flag) ?? usual, flag)]),
  ) as Limits;
}

/** The limits when no flag is given. */
export const defaultLimits: Limits = limitsFrom(() => undefined);

/** Most connections at a time, and most from one address, unless other numbers are given. */
export const connectionDefaults = { most: 1000, mostPerAddress: 200 } as const;
