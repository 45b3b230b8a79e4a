import { formatTime } from "../settings/units.ts";

/** The contents of a progress line; unknown values are left out. */
export interface BarState {
  done: number;
  total: number | undefined;
  /** Shown after the bar, most important first; the last ones are dropped if the line would be too long. */
  details: readonly string[];
  /** Shown for `done` and `total`, such as `126/300`. Default: the numbers themselves. */
  count?: string;
}

const shortestBar = 10, longestBar = 40;

/**
 * One line of at most `columns` - 1 characters (a full line would wrap on some terminals):
 * ` 42% ━━━━━━━━──────────── 126/300  1.2 fps  2:25 left`. Without a total there is no bar.
 */
export function barLine({ done, total, details, count }: BarState, columns: number): string {
  const room = Math.max(0, columns - 1);
  const known = total !== undefined && total > 0;
  const share = known ? Math.min(1, done / total) : 0;
  const percent = known ? `${String(Math.floor(share * 100)).padStart(3)}% ` : "";
  const text = [count ?? (known ? counted(done, total) : `${done}`), ...details];
  while (text.length > 1 && lengthOf(percent, known, text) > room) text.pop();
  const words = text.join("  ");
  const bar = known ? Math.min(longestBar, room - percent.length - words.length - 1) : 0;
  const line = bar >= shortestBar ? `${percent}${drawn(share, bar)} ${words}` : percent + words;
  return line.slice(0, room);
}

/** Padded to the width of the last count, so that the bar keeps its length. */
function counted(done: number, total: number): string {
  return `${String(done).padStart(String(total).length)}/${total}`;
}

function lengthOf(percent: string, bar: boolean, text: readonly string[]): number {
  return percent.length + (bar ? shortestBar + 1 : 0) + text.join("  ").length;
}

function drawn(share: number, length: number): string {
  const full = Math.floor(share * length);
  return "━".repeat(full) + "─".repeat(length - full);
}

/** Details of a dream's progress besides the number of frames. */
export function frameDetails(
  { fps, eta, loss }: { fps: number; eta: number | undefined; loss: number },
): string[] {
  return [
    `${fps >= 10 ? fps.toFixed(0) : fps.toFixed(2)} fps`,
    ...(eta === undefined ? [] : [`${formatTime(eta)} left`]),
    `loss ${loss.toPrecision(3)}`,
  ];
}
