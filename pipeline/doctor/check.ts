/** One thing that was looked at. */
export interface Check {
  name: string;
  /** `ok`, `lack` (something is missing that one can do without), or `missing` (no dream without it). */
  state: "ok" | "lack" | "missing";
  /** What was found. */
  found: string;
  /** What to do, in one line; absent where there is nothing to do. */
  advice?: string;
}
