/** The result of one check. */
export interface Check {
  name: string;
  /** `ok`, `lack` (something optional is missing), or `missing` (dreaming is impossible without it). */
  state: "ok" | "lack" | "missing";
  /** What was found. */
  found: string;
  /** What to do about it, in one line; absent if there is nothing to do. */
  advice?: string;
}
