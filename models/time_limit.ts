/** Runs work with a time limit. */

/** How long work may take, and what else stops it. */
export interface TimeLimit {
  /** Default: no limit. */
  seconds?: number | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Runs work whose signal is aborted when the time is over. Resolves with true if the work finishes, and with false if
 * it fails after the time is over.
 *
 * @throws {unknown} what the work throws, or the reason of the limit's own signal if the work fails after that signal
 * was aborted.
 */
export async function endsWithin(
  { seconds = Infinity, signal: stop }: TimeLimit,
  work: (signal: AbortSignal) => Promise<unknown>,
): Promise<boolean> {
  const over = new AbortController();
  const timer = Number.isFinite(seconds) ? setTimeout(() => over.abort(), 1000 * seconds) : undefined;
  try {
    await work(stop ? AbortSignal.any([stop, over.signal]) : over.signal);
    return true;
  } catch (error) {
    stop?.throwIfAborted();
    if (over.signal.aborted) return false;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
