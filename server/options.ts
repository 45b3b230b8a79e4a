import { invalidParameter, line } from "../pipeline/errors.ts";
import { parseBytes, parsePixels, parseTime, parseWhole } from "../pipeline/settings/units.ts";

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

/** One limit: its flag, how that is written and read, and what is said of it. */
interface Limit {
  flag: string;
  placeholder: string;
  read: (text: string, flag: string) => number;
  /** As it is written. */
  default: string;
  help: string;
  /** What the number counts, for the API. */
  unit: string;
}

const bytes = { placeholder: "SIZE", read: parseBytes, unit: "bytes" };
const time = { placeholder: "T", read: aboveZero, unit: "seconds" };
const count = { placeholder: "N", read: (text: string, flag: string) => parseWhole(text, flag, 1) };

/** What a dream may cost at most. The flags of `serve`, their help and the API's figures are made from this. */
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
  memory: { flag: "max-memory", ...bytes, default: "16GB", help: "memory at which a dream is given up" },
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

/** Limits that suit one machine and its owner's friends, but for those that `given` tells of by their flags. */
export function limitsFrom(given: (flag: string) => string | undefined): Limits {
  const entries = Object.entries<Limit>(limits);
  return Object.fromEntries(
    entries.map(([name, { flag, read, default: usual }]) => [name, read(given(flag) ?? usual, flag)]),
  ) as Limits;
}

/** The limits where no flag is given. */
export const defaultLimits: Limits = limitsFrom(() => undefined);

function aboveZero(text: string, flag: string): number {
  const seconds = parseTime(text, flag);
  if (seconds > 0) return seconds;
  throw invalidParameter(flag, line`${{ field: flag }} must be above 0`);
}
