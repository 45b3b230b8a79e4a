/** Work that is only waited for so long. */

/** How long work may take, and what else ends it. */
export interface TimeLimit {
  /** No end by default. */
  seconds?: number | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Does work that ends when its signal is aborted, as it is once the time is over. Resolves with whether it came to its
 * end before; rejects with what the work throws, and with the reason of the limit's own signal when that was aborted,
 * whatever the work makes of it: what somebody stops says nothing of its time.
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
