/** The input and output of every part of the benchmark. */

/** How to run a part. */
export interface BenchOptions {
  /** Tiny settings, to check that everything works; the figures then mean nothing. */
  quick: boolean;
  /** Number of frames to dream, if the user gave one. */
  frames: number | undefined;
  /** Execution providers in order of preference, for the parts that dream. */
  providers: readonly string[];
  /** Folder for pictures and videos to inspect. */
  output: string;
  /** A folder that is removed when the benchmark ends. */
  temporary: string;
  /** Reports the current activity. */
  say: (line: string) => void;
}

/** The target of a figure. */
export type Target = { atMost: number } | { atLeast: number };

/** One figure. */
export interface Row {
  what: string;
  measured: number;
  /** Such as `px` or `%`; empty for ratios. */
  unit: string;
  /** Absent for a figure that explains another. */
  target?: Target;
}

/** Details behind the figures, as text. */
export interface Detail {
  title: string;
  /** The first row is the heading. */
  rows: string[][];
}

/** The measurements of a part. */
export interface Report {
  rows: Row[];
  details: Detail[];
}

/** A part of the benchmark. */
export type Part = (options: BenchOptions) => Promise<Report>;

/** Whether the figure meets its target; NaN never does. */
export function isMet(measured: number, target: Target): boolean {
  return "atMost" in target ? measured <= target.atMost : measured >= target.atLeast;
}
